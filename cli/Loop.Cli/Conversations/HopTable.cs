using Loop.Cli.Terminal;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;

namespace Loop.Cli.Conversations;

/// <summary>The tree of hops: who called whom, with what end, when. One line per hop, its doubts below it.</summary>
internal static class HopTable
{
    private const int BarColumns = 24;
    private const string Indent = "     ";

    public static void Write(CliContext context, ConversationDetail conversation)
    {
        var waterfall = new Waterfall(conversation.Hops, BarColumns);
        IReadOnlyList<(HopView Hop, string Branch)> tree = HopTree.Draw(conversation.Hops);
        string[] calls = [.. tree.Select(line => line.Branch + CallOf(line.Hop))];
        int[] fixedWidths = [Indent.Length, 10, 9, BarColumns];
        int available = context.IsTerminal ? Math.Max(24, context.Width - fixedWidths.Sum() - 6) : int.MaxValue;
        int callWidth = Math.Min(Math.Max(calls.Max(call => call.Length), "CALL".Length), available);
        string scale = $"0 {new string('─', Math.Max(1, BarColumns - 3 - Units.Milliseconds(waterfall.TotalMs).Length))} {Units.Milliseconds(waterfall.TotalMs)}";
        context.Console.PutLine($"  #  {"CALL".PadRight(callWidth)}  {"STATUS",-10}  {"TIME",9}  {scale}", "bold");
        for (int index = 0; index < tree.Count; index++)
        {
            WriteHop(context, conversation, tree[index].Hop, SafeText.Cut(calls[index], callWidth).PadRight(callWidth), waterfall.Bar(tree[index].Hop));
            foreach (string note in HopNotes.Of(conversation, tree[index].Hop))
                context.Console.PutLine($"{Indent}{new string(' ', tree[index].Branch.Length)}{SafeText.Line(note)}", StatusText.Faint);
        }
    }

    private static void WriteHop(CliContext context, ConversationDetail conversation, HopView hop, string call, string bar)
    {
        bool isOrigin = hop.Id == conversation.OriginHopId;
        bool hasFailed = hop.Failure is not null;
        // A mark besides the colour: a copied terminal still tells which hop broke.
        context.Console.Put($"{(isOrigin ? "✗" : hasFailed ? "!" : " ")}{hop.Number,2}  ", hasFailed ? StatusText.Bad : "");
        context.Console.Put(call, isOrigin ? "bold" : "");
        string style = hasFailed ? StatusText.Bad : StatusText.Style(hop.Response?.Status, hop.Response?.GrpcStatus);
        context.Console.Put($"  {StatusText.Of(hop.Response?.Status, hop.Response?.GrpcStatus),-10}", style);
        context.Console.Put($"  {(hop.DurationMs is { } duration ? Units.Milliseconds(duration) : EndOf(hop)),9}  ");
        context.Console.PutLine(bar, hasFailed ? StatusText.Bad : "");
    }

    private static string CallOf(HopView hop)
    {
        string request = hop.Request is { } sent ? $"{sent.Method} {sent.Path}" : "(request not seen)";
        string attempts = hop.Attempts > 1 ? $" ×{hop.Attempts}" : "";
        string recovered = hop.Recovered ? "  (an attempt failed, a later one did not)" : "";
        return SafeText.Line($"{hop.Source} → {hop.Destination}{attempts}  {request}{recovered}");
    }

    private static string EndOf(HopView hop) => hop.End is ExchangeEnd.Open ? "open" : "no end";
}
