using System.Text;

namespace Loop.Replayer.Core.Comparison;

/// <summary>A value with all that is below it as one text, equal for equal values alone: every field goes in with its length before it.</summary>
internal static class BodyCanonical
{
    public static string Of(BodyNode node, Func<string, string> map)
    {
        StringBuilder text = new();
        Write(text, node, map);
        return text.ToString();
    }

    private static void Write(StringBuilder text, BodyNode node, Func<string, string> map)
    {
        Append(text, node.Type);
        Append(text, map(node.Value));
        text.Append(node.Children.Count).Append(':');
        // Children with other keys may stand in any order where it does not count; those with one key keep theirs.
        IEnumerable<BodyNode> children = node.OrderCounts ? node.Children : node.Children.OrderBy(child => child.Key, StringComparer.Ordinal);
        foreach (BodyNode child in children)
        {
            Append(text, child.Key);
            Write(text, child, map);
        }
    }

    private static void Append(StringBuilder text, string field) => text.Append(field.Length).Append(':').Append(field);
}
