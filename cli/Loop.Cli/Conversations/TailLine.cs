using Loop.Cli.Terminal;
using Loop.Contracts.Api;

namespace Loop.Cli.Conversations;

/// <summary>One line of <c>loopctl tail</c>. Columns are fixed, since nobody knows what comes next.</summary>
internal static class TailLine
{
    public static void Write(CliContext context, ConversationSummary summary)
    {
        string destination = summary.Destination is null ? "" : $" → {summary.Destination}";
        string call = SafeText.Line($"{summary.Method ?? "–"} {summary.Path ?? "–"}{destination}");
        string end = SafeText.Line($"{summary.State.ToString().ToLowerInvariant()}  {Units.Count(summary.Hops, "hop")}  {summary.Failing ?? summary.Trigger.Reason}");
        context.Console.Put($"{Units.When(summary.StartedAt, context.Time)}  {SafeText.Line(summary.Id)}  ");
        context.Console.Put($"{StatusText.Of(summary.Status, null),-4}", StatusText.Style(summary.Status, null));
        int left = context.IsTerminal ? Math.Max(20, context.Width - 28) : int.MaxValue;
        context.Console.PutLine(SafeText.Cut($"  {call}  {end}", left));
        context.Output.Flush();
    }
}
