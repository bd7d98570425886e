namespace Loop.Replayer.Core.Links;

/// <summary>Exchanges ids in a request target; what holds none keeps its bytes.</summary>
internal static class TargetRewriter
{
    public static string Rewrite(string target, Exchanges exchanges)
    {
        string[] halves = target.Split('?', 2);
        IEnumerable<string> segments = halves[0].Split('/').Select((segment, index) => index == 0 ? segment : Part(segment, exchanges(FieldTexts.Segment(index - 1))));
        string path = string.Join('/', segments);
        return halves.Length == 1 ? path : $"{path}?{string.Join('&', halves[1].Split('&').Select(pair => Pair(pair, exchanges)))}";
    }

    private static string Pair(string pair, Exchanges exchanges)
    {
        string[] sides = pair.Split('=', 2);
        return sides.Length == 1 ? pair : $"{sides[0]}={Part(sides[1], exchanges($"query.{Uri.UnescapeDataString(sides[0])}"))}";
    }

    private static string Part(string escaped, IReadOnlyList<(string From, string To)> pairs) => EscapedText.Replace(escaped, Uri.UnescapeDataString(escaped), pairs);
}
