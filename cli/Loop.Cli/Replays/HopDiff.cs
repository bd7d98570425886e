using Loop.Cli.Conversations;
using Loop.Cli.Terminal;
using Loop.Contracts.Replays;

namespace Loop.Cli.Replays;

/// <summary>A replayed hop beside its recording: what is equal once, what differs as <c>-</c> recorded and <c>+</c> replayed.</summary>
internal static class HopDiff
{
    public static void Write(CliContext context, HopComparison hop)
    {
        context.Console.PutLine($"{SafeText.Line(hop.Hop)}: {SafeText.Line(hop.Kind)}", "bold");
        Write(context, "request", hop.RecordedRequest, hop.ReplayedRequest, hop.Kind is "driven" ? "sent as recorded" : "not made");
        Write(context, "response", hop.RecordedResponse, hop.ReplayedResponse, hop.Kind is "answered" ? "answered as recorded" : "none");
        foreach (Divergence divergence in hop.Divergences)
            context.Console.PutLine($"differs      {SafeText.Line(divergence.Place)}", StatusText.Doubtful);
        ReplayText.WriteList(context, "ignored", hop.Ignored);
    }

    private static void Write(CliContext context, string what, ComparedMessage? recorded, ComparedMessage? replayed, string without)
    {
        context.Console.PutLine(replayed is null ? $"{what} ({without})" : what, "bold");
        string[] before = recorded is null ? [] : [.. Lines(recorded)];
        string[] after = replayed is null ? before : [.. Lines(replayed)];
        foreach ((char mark, string line) in LineDiff.Of(before, after))
            context.Console.PutLine($"  {mark} {line}", mark switch { '-' => StatusText.Bad, '+' => StatusText.Good, _ => "" });
    }

    private static IEnumerable<string> Lines(ComparedMessage message)
    {
        foreach (string[] field in message.Headers.Concat(message.Trailers))
            yield return SafeText.Line($"{field[0]}: {field[1]}");
        if (message.Body.Length == 0)
            yield break;
        yield return "";
        foreach (string line in BodyText.Lines(message.Body))
            yield return line;
        if (message.BodyTruncated)
            yield return "… not kept in full";
    }
}
