using Loop.Cli.Terminal;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;

namespace Loop.Cli.Conversations;

/// <summary>The lines of <c>loopctl tail</c>: one for each change that a person can see. Columns are fixed, since nobody knows what comes next.</summary>
internal sealed class TailLines(CliContext context)
{
    // Of conversations that are still being collected; a sealed one changes so seldom that each change is worth a line.
    private readonly Dictionary<string, string> _shown = [];

    /// <summary>Writes a line, unless it would say what the last one of this conversation said.</summary>
    public void Write(ConversationSummary summary)
    {
        bool isOpen = summary.State is ConversationState.Open;
        if (isOpen && summary.Hops == 0)
            return;
        string destination = summary.Destination is null ? "" : $" → {summary.Destination}";
        string call = SafeText.Line($"{summary.Method ?? "–"} {summary.Path ?? "–"}{destination}");
        string end = SafeText.Line($"{summary.State.ToString().ToLowerInvariant()}  {Units.Count(summary.Hops, "hop")}  {summary.Failing ?? summary.Trigger.Reason}");
        bool isNews = _shown.GetValueOrDefault(summary.Id) != $"{call}{end}";
        if (isOpen)
            _shown[summary.Id] = $"{call}{end}";
        else
            _shown.Remove(summary.Id);
        if (!isNews)
            return;
        context.Console.Put($"{Units.When(summary.StartedAt, context.Time)}  {SafeText.Line(summary.Id)}  ");
        context.Console.Put($"{StatusText.Of(summary.Status, null),-4}", StatusText.Style(summary.Status, null));
        int left = context.IsTerminal ? Math.Max(20, context.Width - 28) : int.MaxValue;
        context.Console.PutLine(SafeText.Cut($"  {call}  {end}", left));
        context.Output.Flush();
    }
}
