using Loop.Cli.Replays;
using Loop.Cli.Reports;
using Loop.Cli.Terminal;

namespace Loop.Cli.Testing;

/// <summary>Results of tests for people and for scripts.</summary>
internal static class TestText
{
    /// <summary>A line per test, and what is to be known of those that did not pass; the last line counts.</summary>
    public static void Write(CliContext context, IReadOnlyList<ReportedCase> cases)
    {
        foreach (ReportedCase one in cases)
        {
            string style = one.Outcome switch { CaseOutcome.Passed => StatusText.Good, CaseOutcome.Failed => StatusText.Bad, _ => StatusText.Doubtful };
            context.Console.PutLine($"{MarkdownSummary.Mark(one.Outcome)} {SafeText.Line(one.Name)}: {SafeText.Line(one.Message)}, {Units.Milliseconds(one.Duration.TotalMilliseconds)}", style);
            foreach (string detail in one.Outcome is CaseOutcome.Passed ? [] : one.Details())
                context.Console.PutLine($"    {SafeText.Line(detail)}");
        }

        context.Console.PutLine(MarkdownSummary.Counts(cases), "bold");
    }

    /// <summary>The same as one document.</summary>
    public static void WriteJson(CliContext context, IReadOnlyList<ReportedCase> cases) => JsonOutput.Document(context, new
    {
        passed = cases.Count(one => one.Outcome is CaseOutcome.Passed),
        failed = cases.Count(one => one.Outcome is CaseOutcome.Failed),
        errors = cases.Count(one => one.Outcome is CaseOutcome.Error),
        tests = cases.Select(one => new
        {
            one.Name,
            one.Outcome,
            expected = one.Expected is { } expected ? ReplayText.NameOf(expected) : null,
            one.Message,
            durationMs = one.Duration.TotalMilliseconds,
            one.LogFiles,
            one.Report,
        }),
    });
}
