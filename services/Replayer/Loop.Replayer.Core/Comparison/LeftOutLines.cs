namespace Loop.Replayer.Core.Comparison;

/// <summary>What was left out of a comparison, each reason once, with the messages that it was left out of.</summary>
internal static class LeftOutLines
{
    // Who wants all of them asks for the comparison of a hop.
    private const int MostNamed = 2;

    /// <summary>Lines in the order in which they were found.</summary>
    public static IEnumerable<string> Of(IEnumerable<(string Message, string Line)> found) =>
        found.GroupBy(one => one.Line, one => one.Message).Select(group => $"{group.Key} ({Names([.. group.Distinct()])})");

    private static string Names(List<string> messages)
    {
        string named = string.Join(", ", messages.Take(MostNamed));
        return messages.Count > MostNamed ? $"{named} and {messages.Count - MostNamed} more" : named;
    }
}
