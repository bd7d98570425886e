using System.Globalization;
using System.Text;
using System.Text.Json;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Clock;

/// <summary>
/// Finds the dates of a service's recorded messages that lie within a day of the recorded start (row F1 of the verdict table). One that is found in vain costs
/// a verdict, one that is missed may cost the truth: what can be read in two ways counts.
/// </summary>
public static class RecordedDates
{
    // The header that every answer carries tells its own time and nothing else.
    private const string OwnTime = "date";
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 256 };

    /// <summary>All places, in the order of the messages.</summary>
    /// <param name="messages">What the service received and sent, each with its name.</param>
    /// <param name="start">When the recorded request entered.</param>
    public static IReadOnlyList<RecordedDate> Near(IEnumerable<(string Name, Message Message)> messages, DateTimeOffset start) =>
        [.. messages.SelectMany(named => Near(named.Name, named.Message, start))];

    private static IEnumerable<RecordedDate> Near(string name, Message message, DateTimeOffset start)
    {
        foreach (HeaderField field in message.Part.Headers.Concat(message.Part.Trailers).Where(static field => !field.Name.Equals(OwnTime, StringComparison.OrdinalIgnoreCase)))
        {
            foreach (string date in DateText.Near(field.Value, start))
                yield return new RecordedDate($"{name} {field.Name}", date);
        }

        foreach (RecordedDate date in InBody(name, message, start))
            yield return date;
    }

    private static IEnumerable<RecordedDate> InBody(string name, Message message, DateTimeOffset start)
    {
        if (message.Body.IsEmpty)
            return [];
        byte[] body = ContentDecoding.Decode(message.Body, message.Part.Header("content-encoding")) ?? message.Body.ToArray();
        // By its content, not by its media type: many services send JSON under another one.
        if (Parse(body) is { } document)
        {
            using (document)
                return [.. InJson($"{name} $", document.RootElement, start)];
        }

        // Also a body that was cut off or is one document per line; its numbers have no borders of JSON then, but those of words.
        string text = Encoding.UTF8.GetString(body);
        IEnumerable<string> numbers = LooksLikeJson(text) ? DateText.NumbersNear(text, start) : [];
        return DateText.Near(text, start).Concat(numbers).Select(date => new RecordedDate($"{name} body", date));
    }

    private static IEnumerable<RecordedDate> InJson(string path, JsonElement element, DateTimeOffset start) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => InMember(path, member, start)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany((item, index) => InJson(string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"), item, start)),
        JsonValueKind.String => DateText.Near(element.GetString()!, start).Select(date => new RecordedDate(path, date)),
        JsonValueKind.Number when DateText.IsNear(element.GetRawText(), start) => [new RecordedDate(path, element.GetRawText())],
        _ => [],
    };

    // Calendars and reports have dates as names.
    private static IEnumerable<RecordedDate> InMember(string path, JsonProperty member, DateTimeOffset start) =>
        DateText.Near(member.Name, start).Select(date => new RecordedDate($"{path}.{member.Name}", date)).Concat(InJson($"{path}.{member.Name}", member.Value, start));

    private static bool LooksLikeJson(string text) => text.AsSpan().TrimStart() is ['{' or '[', ..];

    private static JsonDocument? Parse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
