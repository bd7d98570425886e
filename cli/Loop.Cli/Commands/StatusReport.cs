using Loop.Cli.Terminal;
using Loop.Contracts.Api;

namespace Loop.Cli.Commands;

/// <summary>What <c>loopctl status</c> prints for people.</summary>
internal static class StatusReport
{
    // Losses come first: they are what a person at night looks for.
    private static readonly string[] Losses = ["shed", "truncated", "evicted", "malformed"];

    public static void Write(CliContext context, SystemStatus status)
    {
        context.Console.Put(status.Ready ? "ready" : "NOT READY", status.Ready ? StatusText.Good : StatusText.Bad);
        context.Console.PutLine($"  Loop {SafeText.Line(status.Version)}");
        foreach (string problem in status.Problems)
            context.Console.PutLine($"  ! {SafeText.Line(problem)}", StatusText.Doubtful);
        WriteStore(context, status.Store);
        if (status.Nodes.Count == 0)
            context.Console.PutLine("no capture node has registered");
        foreach (NodeStatusView node in status.Nodes)
            WriteNode(context, node);
    }

    private static void WriteStore(CliContext context, StoreStatusView store)
    {
        string coherence = store.HopsExpected == 0 ? "nothing sealed yet" : $"{100.0 * store.HopsPresent / store.HopsExpected:0.##} % of {Units.Count(store.HopsExpected, "view")}";
        context.Console.PutLine($"store     {Units.Count(store.Conversations, "conversation")}, {store.Open} open, {store.Refused} refused by the cap");
        context.Console.PutLine($"coherence {coherence}");
    }

    private static void WriteNode(CliContext context, NodeStatusView node)
    {
        context.Console.PutLine();
        context.Console.Put($"node {SafeText.Line(node.Node)}  ", "bold");
        string link = node.Connected ? "connected" : $"lost, last seen {Units.Long(context.Time.GetUtcNow() - node.LastSeenAt)} ago";
        context.Console.PutLine(link, node.Connected ? StatusText.Good : StatusText.Bad);
        string horizon = node.Horizon is { } at ? $"{Units.Long(context.Time.GetUtcNow() - at)} back" : "empty";
        context.Console.PutLine($"  horizon   {horizon}");
        context.Console.PutLine($"  rate      {node.ExchangesPerSecond:0.#} exchanges/s, {node.OpenExchanges} open");
        double used = node.RingBytesTotal == 0 ? 0 : 100.0 * node.RingBytesUsed / node.RingBytesTotal;
        context.Console.PutLine($"  ring      {Units.Count(node.RingExchanges, "exchange")}, {Units.Bytes(node.RingBytesUsed)} of {Units.Bytes(node.RingBytesTotal)} ({used:0} %)");
        WriteList(context, "inputs", node.Inputs, Moved(node.Inputs));
        WriteCounts(context, node.Counts);
    }

    private static void WriteCounts(CliContext context, IReadOnlyDictionary<string, long> counts)
    {
        bool hasLost = counts.GetValueOrDefault("shed") + counts.GetValueOrDefault("malformed") > 0;
        WriteList(context, "lost", counts, Losses, hasLost ? StatusText.Doubtful : "");
        WriteList(context, "counts", counts, Moved(counts).Except(Losses));
    }

    // A zero says nothing here; --json has them all.
    private static IEnumerable<string> Moved(IReadOnlyDictionary<string, long> counts) => counts.Where(count => count.Value != 0).Select(count => count.Key).Order(StringComparer.Ordinal);

    private static void WriteList(CliContext context, string label, IReadOnlyDictionary<string, long> counts, IEnumerable<string> names, string style = "")
    {
        const int indent = 12;
        int width = context.IsTerminal ? Math.Max(20, context.Width - indent) : int.MaxValue;
        string start = $"  {label}".PadRight(indent);
        foreach (string line in Lines([.. names.Select(name => $"{SafeText.Line(name)} {counts.GetValueOrDefault(name)}")], width))
        {
            context.Console.Put(start);
            context.Console.PutLine(line, style);
            start = new string(' ', indent);
        }
    }

    private static IEnumerable<string> Lines(IReadOnlyList<string> parts, int width)
    {
        string line = parts.Count == 0 ? "none" : parts[0];
        foreach (string part in parts.Skip(1))
        {
            if (line.Length + part.Length + 3 <= width)
            {
                line += $", {part}";
                continue;
            }

            yield return line + ",";
            line = part;
        }

        yield return line;
    }
}
