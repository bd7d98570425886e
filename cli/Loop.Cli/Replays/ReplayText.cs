using Loop.Cli.Terminal;
using Loop.Contracts.Replays;

namespace Loop.Cli.Replays;

/// <summary>A replay's report for people. Its last line is the verdict.</summary>
internal static class ReplayText
{
    private const int DifferencesShown = 20;

    public static string NameOf(Verdict verdict) => verdict.ToString().ToLowerInvariant();

    public static string StyleOf(Verdict verdict) => verdict switch
    {
        Verdict.Reproduced => StatusText.Bad,
        Verdict.Fixed => StatusText.Good,
        _ => StatusText.Doubtful,
    };

    public static void Write(CliContext context, ReplayReport report)
    {
        string destination = SafeText.Line(report.Destination);
        context.Console.PutLine($"replay       {SafeText.Line(report.Id)} of {SafeText.Line(report.ConversationId)}, {(report.Sandbox is null ? $"hop {SafeText.Line(report.HopId)} to {destination}" : "in a sandbox")}");
        context.Console.PutLine($"recorded     {Outcome(report.RecordedStatus, report.RecordedDurationMs)}");
        context.Console.PutLine($"replayed     {Outcome(report.ReplayedStatus, report.ReplayedDurationMs)}");
        context.Console.PutLine($"evidence     {SafeText.Line(report.Evidence)}, {Units.Count(report.ObservedHops, "hop")} observed{(report.Row is null ? "" : $", row {SafeText.Line(report.Row)} of the verdict table")}");
        if (report.Sandbox is { } sandbox)
            SandboxText.Write(context, sandbox);
        WriteWhatIf(context, WhatIfOf(report));
        WriteDifferences(context, report.Divergences);
        WriteList(context, "adjusted", report.Adjustments);
        WriteList(context, "ignored", report.Ignored);
        if (report.NextStep is not null)
            context.Console.PutLine($"next         {SafeText.Line(report.NextStep)}", "bold");
        string verdict = report.Verdict is { } known ? NameOf(known) : $"none yet ({report.Stage})";
        context.Console.PutLine(SafeText.Line($"verdict: {verdict}{(report.Reason is null ? "" : $" ({report.Reason})")}"), report.Verdict is { } style ? StyleOf(style) : "");
    }

    /// <summary>Faults and edits of a replay; empty without any.</summary>
    public static IReadOnlyList<string> WhatIfOf(ReplayReport report) => report.Sandbox?.WhatIf ?? [];

    private static void WriteWhatIf(CliContext context, IReadOnlyList<string> whatIf)
    {
        if (whatIf.Count == 0)
            return;
        context.Console.PutLine("WHAT IF      this replay was changed by hand: it says nothing about the recorded failure", StatusText.Bad);
        foreach (string line in whatIf)
            context.Console.PutLine($"             {SafeText.Line(line)}", StatusText.Doubtful);
    }

    private static void WriteDifferences(CliContext context, IReadOnlyList<Divergence> divergences)
    {
        if (divergences.Count == 0)
        {
            context.Console.PutLine("differences  none");
            return;
        }

        context.Console.PutLine($"differences  {divergences.Count}, the first one first");
        foreach (Divergence divergence in divergences.Take(DifferencesShown))
        {
            context.Console.PutLine($"  {SafeText.Line(divergence.Hop)}: {SafeText.Line(divergence.Place)}");
            context.Console.PutLine($"    - {Value(divergence.Recorded)}", StatusText.Bad);
            context.Console.PutLine($"    + {Value(divergence.Replayed)}", StatusText.Good);
        }

        if (divergences.Count > DifferencesShown)
            context.Console.PutLine($"  … {divergences.Count - DifferencesShown} more: --json has them all");
    }

    internal static void WriteList(CliContext context, string name, IReadOnlyList<string> items)
    {
        for (int index = 0; index < items.Count; index++)
            context.Console.PutLine($"{(index == 0 ? name : ""),-11}  {SafeText.Line(items[index])}", StatusText.Faint);
    }

    private static string Value(string? value) => value is null ? "(absent)" : SafeText.Line(value);

    private static string Outcome(int? status, double? milliseconds) =>
        $"{status?.ToString() ?? "no answer"}{(milliseconds is { } known ? $" in {Units.Milliseconds(known)}" : "")}";
}
