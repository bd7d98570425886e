using System.Text.Json;

namespace Loop.Replayer.Core.Comparison;

/// <summary>
/// JSON by structure: order of members does not count, order of items does; numbers count as their decimal text (1.10 and 1.1 differ, no binary
/// rounding hides a cent); duplicate members are kept in order.
/// </summary>
internal static class JsonTree
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = NodeBudget.MaximumDepth };

    public static bool IsJson(string? mediaType) =>
        mediaType is "application/json" or "text/json" || mediaType?.EndsWith("+json", StringComparison.Ordinal) == true;

    public static BodyNode Read(byte[] bytes, NodeBudget budget)
    {
        using JsonDocument document = JsonDocument.Parse(bytes, Options);
        // The nodes print themselves later, when the document's memory has other uses.
        return Read("$", "$", document.RootElement.Clone(), budget, 0);
    }

    private static BodyNode Read(string key, string step, JsonElement element, NodeBudget budget, int depth)
    {
        budget.Spend(depth);
        return new BodyNode
        {
            Key = key,
            Step = step,
            Type = element.ValueKind is JsonValueKind.True or JsonValueKind.False ? "Boolean" : element.ValueKind.ToString(),
            Value = Value(element),
            Show = element.GetRawText,
            Children = Children(element, budget, depth + 1),
        };
    }

    private static IReadOnlyList<BodyNode> Children(JsonElement element, NodeBudget budget, int depth) => element.ValueKind switch
    {
        JsonValueKind.Object => [.. element.EnumerateObject().Select(member => Member(member, budget, depth))],
        JsonValueKind.Array => [.. element.EnumerateArray().Select((item, index) => Read(BodyPlace.Item(index), BodyPlace.Item(index), item, budget, depth))],
        _ => [],
    };

    private static BodyNode Member(JsonProperty member, NodeBudget budget, int depth)
    {
        string name = Name(member);
        return Read(name, BodyPlace.Member(name), member.Value, budget, depth);
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
        if (element.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            return "";
        if (element.ValueKind is not JsonValueKind.String)
            return element.GetRawText();
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair before it keeps it apart from a string that reads like this raw text.
            return $"\uD800{element.GetRawText()}";
        }
    }
}
