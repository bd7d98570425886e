using System.Globalization;
using System.Text.Json;

namespace Loop.Replayer.Core.Comparison;

/// <summary>
/// Compares JSON by structure: order of members does not count, order of items does; numbers compare as their decimal text
/// (1.10 and 1.1 differ, no binary rounding hides a cent); duplicate members are kept and compared in order.
/// </summary>
internal static class JsonComparison
{
    // Deep enough for real bodies, shallow enough for our stack.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 256 };

    public static bool IsJson(string? mediaType) =>
        mediaType is "application/json" or "text/json" || mediaType?.EndsWith("+json", StringComparison.Ordinal) == true;

    /// <summary>False when one of them is not JSON: the caller compares text.</summary>
    public static bool TryCompare(ComparisonLedger ledger, byte[] before, byte[] after)
    {
        try
        {
            using JsonDocument left = JsonDocument.Parse(before, Options);
            using JsonDocument right = JsonDocument.Parse(after, Options);
            Compare(ledger, "$", left.RootElement, right.RootElement);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Compare(ComparisonLedger ledger, string path, JsonElement before, JsonElement after)
    {
        if (ledger.IsFull)
            return;
        if (before.ValueKind != after.ValueKind)
            Differ(ledger, path, before, after);
        else if (before.ValueKind is JsonValueKind.Object)
            CompareMembers(ledger, path, before, after);
        else if (before.ValueKind is JsonValueKind.Array)
            CompareItems(ledger, path, before, after);
        else if (!ledger.Same(Value(before), Value(after)))
            Differ(ledger, path, before, after);
    }

    private static void CompareMembers(ComparisonLedger ledger, string path, JsonElement before, JsonElement after)
    {
        ILookup<string, JsonElement> left = Members(before);
        ILookup<string, JsonElement> right = Members(after);
        foreach (string name in left.Select(member => member.Key).Union(right.Select(member => member.Key)))
            CompareAll(ledger, ordinal => MemberPath(path, name, ordinal), [.. left[name]], [.. right[name]]);
    }

    private static void CompareItems(ComparisonLedger ledger, string path, JsonElement before, JsonElement after) =>
        CompareAll(ledger, ordinal => string.Create(CultureInfo.InvariantCulture, $"{path}[{ordinal}]"), [.. before.EnumerateArray()], [.. after.EnumerateArray()]);

    private static void CompareAll(ComparisonLedger ledger, Func<int, string> path, JsonElement[] before, JsonElement[] after)
    {
        for (int ordinal = 0; ordinal < Math.Max(before.Length, after.Length); ordinal++)
        {
            if (ordinal < before.Length && ordinal < after.Length)
                Compare(ledger, path(ordinal), before[ordinal], after[ordinal]);
            else
                Differ(ledger, path(ordinal), ordinal < before.Length ? before[ordinal] : null, ordinal < after.Length ? after[ordinal] : null);
        }
    }

    private static void Differ(ComparisonLedger ledger, string path, JsonElement? before, JsonElement? after) =>
        ledger.Differ($"body {path}", before?.GetRawText(), after?.GetRawText());

    private static ILookup<string, JsonElement> Members(JsonElement element) => element.EnumerateObject().ToLookup(Name, member => member.Value);

    private static string MemberPath(string path, string name, int ordinal)
    {
        bool plain = name.Length > 0 && name.All(symbol => char.IsLetterOrDigit(symbol) || symbol is '_' or '-');
        string member = plain ? $"{path}.{name}" : $"{path}['{name}']";
        return ordinal == 0 ? member : string.Create(CultureInfo.InvariantCulture, $"{member} (occurrence {ordinal + 1})");
    }

    // A lone surrogate in an escape has no string; its raw text still compares.
    private static string Name(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return member.ToString();
        }
    }

    private static string Value(JsonElement element)
    {
        if (element.ValueKind is not JsonValueKind.String)
            return element.GetRawText();
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return element.GetRawText();
        }
    }
}
