using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>
/// Knows bodies that a framework answers to any failure (ASP.NET problem details, Spring, Express, Flask, Starlette, Nest, proxies):
/// once status, path, time and trace are taken out, only stock phrases are left. Two failures with such a body need not be the same one.
/// </summary>
internal static partial class FrameworkDefaults
{
    // Longer pages carry something of the service's own.
    private const int MaximumBodyBytes = 4096;

    private static readonly HashSet<string> EmptyMembers = new(StringComparer.OrdinalIgnoreCase)
    {
        "status", "statuscode", "code", "type", "traceid", "requestid", "request_id", "timestamp", "path", "instance", "ok", "success",
    };

    private static readonly HashSet<string> StockPhrases = new(StringComparer.OrdinalIgnoreCase)
    {
        "", "error", "an error occurred", "internal error", "internal server error", "server error", "unknown error", "something went wrong",
        "an error occurred while processing your request", "an unexpected error occurred", "no message available",
        "the server encountered an internal error and was unable to complete your request",
        "either the server is overloaded or there is an error in the application",
        "bad gateway", "service unavailable", "gateway timeout", "gateway time-out", "not implemented", "not found", "bad request",
        "upstream request timeout", "no healthy upstream",
    };

    public static bool IsDefault(Message message)
    {
        if (message.Body.IsEmpty)
            return true;
        if (message.Body.Length > MaximumBodyBytes || ContentDecoding.Decode(message.Body, message.Part.Header("content-encoding")) is not { } bytes)
            return false;
        if (message.MediaType?.StartsWith("application/grpc", StringComparison.Ordinal) == true)
            return false;
        string text = Encoding.UTF8.GetString(bytes);
        return JsonTree.IsJson(message.MediaType) && JsonValues(text) is { } values ? values.All(IsStock) : IsStockPage(text);
    }

    private static bool IsStockPage(string text)
    {
        string words = Scripts().Replace(text, " ");
        return Tags().Split(words).SelectMany(part => part.Split(['.', '\n', '\r'], StringSplitOptions.TrimEntries)).All(IsStock);
    }

    private static bool IsStock(string value)
    {
        string phrase = StatusNumber().Replace(value, "").Trim().Trim('.', '!', ':', '-', ' ', '"');
        return StockPhrases.Contains(phrase);
    }

    private static List<string>? JsonValues(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            List<string> values = [];
            Collect(document.RootElement, values);
            return values;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void Collect(JsonElement element, List<string> values)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty member in element.EnumerateObject().Where(member => !EmptyMembers.Contains(member.Name) || IsTelling(member.Value)))
                    Collect(member.Value, values);
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                    Collect(item, values);
                break;
            case JsonValueKind.String:
                values.AddRange(element.GetString()!.Split('.', StringSplitOptions.TrimEntries));
                break;
            case JsonValueKind.Number:
                values.Add(element.GetRawText());
                break;
        }
    }

    // "code": "CARD_DECLINED" or a "type" of the service's own tells the cause; a number, a date, an id or a link to the RFC does not.
    private static bool IsTelling(JsonElement value) => value.ValueKind is JsonValueKind.Object or JsonValueKind.Array
        || (value.ValueKind is JsonValueKind.String && CauseWord().IsMatch(value.GetString()!));

    [GeneratedRegex("^[A-Z][A-Za-z]*([_A-Z][A-Za-z0-9_]*)+$", RegexOptions.CultureInvariant)]
    private static partial Regex CauseWord();

    [GeneratedRegex("<(script|style)[^>]*>.*?</(script|style)>", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Scripts();

    [GeneratedRegex("<[^>]*>", RegexOptions.CultureInvariant)]
    private static partial Regex Tags();

    [GeneratedRegex(@"\b[1-5]\d\d\b", RegexOptions.CultureInvariant)]
    private static partial Regex StatusNumber();
}
