using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>One value of a failing answer.</summary>
/// <param name="Place">As divergences name it: <c>body $.error</c>.</param>
/// <param name="Type">JSON type, <c>text</c> or <c>bytes</c>.</param>
/// <param name="Text">The value; of bytes their SHA-256.</param>
public sealed record IdentityValue(string Place, string Type, string Text)
{
    /// <summary>All values of a body in their order: the leaves of JSON, the lines of text, else one hash.</summary>
    internal static IReadOnlyList<IdentityValue> Of(Message message)
    {
        if (message.Body.IsEmpty)
            return [];
        byte[] bytes = ContentDecoding.Decode(message.Body, message.Part.Header("content-encoding")) ?? message.Body.ToArray();
        if (JsonComparison.IsJson(message.MediaType) && Json(bytes) is { } leaves)
            return leaves;
        bool isText = message.MediaType?.StartsWith("text/", StringComparison.Ordinal) == true;
        return isText
            ? [.. Encoding.UTF8.GetString(bytes).Split('\n').Select((line, index) => new IdentityValue(string.Create(CultureInfo.InvariantCulture, $"body line {index + 1}"), "text", line.TrimEnd('\r')))]
            : [new IdentityValue("body", "bytes", Convert.ToHexStringLower(SHA256.HashData(bytes)))];
    }

    private static List<IdentityValue>? Json(byte[] bytes)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            List<IdentityValue> values = [];
            Collect(document.RootElement, "body $", values);
            return values;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void Collect(JsonElement element, string place, List<IdentityValue> values)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object when element.EnumerateObject().Any():
                // The order of members is the writer's taste; a repeated member keeps its order.
                foreach (JsonProperty member in element.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                    Collect(member.Value, $"{place}{Step(member.Name)}", values);
                break;
            case JsonValueKind.Array when element.GetArrayLength() > 0:
                foreach ((int index, JsonElement item) in element.EnumerateArray().Index())
                    Collect(item, string.Create(CultureInfo.InvariantCulture, $"{place}[{index}]"), values);
                break;
            default:
                values.Add(new IdentityValue(place, element.ValueKind is JsonValueKind.True or JsonValueKind.False ? "Boolean" : element.ValueKind.ToString(), ValuePath.Canonical(element)));
                break;
        }
    }

    private static string Step(string name)
    {
        bool plain = name.Length > 0 && name.All(symbol => char.IsLetterOrDigit(symbol) || symbol is '_' or '-');
        return plain ? $".{name}" : $"['{name}']";
    }
}
