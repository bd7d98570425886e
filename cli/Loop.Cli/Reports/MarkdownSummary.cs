using System.Text;
using Loop.Cli.Replays;
using Loop.Cli.Terminal;

namespace Loop.Cli.Reports;

/// <summary>Markdown for the summary page of a CI run: a table, and for each replay that is not as expected what differs first.</summary>
internal static class MarkdownSummary
{
    /// <summary>The text.</summary>
    public static string Write(string title, IReadOnlyList<ReportedCase> cases)
    {
        var text = new StringBuilder();
        text.Append($"## {Cell(title)}: {Counts(cases)}\n\n| | test | verdict | expected | evidence | time |\n|---|---|---|---|---|---|\n");
        foreach (ReportedCase one in cases)
        {
            string verdict = one.Report?.Verdict is { } known ? $"{ReplayText.NameOf(known)} ({one.Report.Row})" : "none";
            text.Append($"| {Mark(one.Outcome)} | {Cell(one.Name)} | {Cell(verdict)} | {(one.Expected is { } expected ? ReplayText.NameOf(expected) : "")} | {Cell(one.Report?.Evidence ?? "")} | {Units.Milliseconds(one.Duration.TotalMilliseconds)} |\n");
        }

        foreach (ReportedCase one in cases.Where(one => one.Outcome is not CaseOutcome.Passed))
            text.Append($"\n### {Mark(one.Outcome)} {Cell(one.Name)}\n\n{Block([one.Message, .. one.Details()])}");
        return text.Append('\n').ToString();
    }

    /// <summary><c>3 tests, 1 passed, 1 failed, 1 error</c>.</summary>
    public static string Counts(IReadOnlyList<ReportedCase> cases)
    {
        int errors = cases.Count(one => one.Outcome is CaseOutcome.Error);
        return $"{Units.Count(cases.Count, "test")}, {cases.Count(one => one.Outcome is CaseOutcome.Passed)} passed, {cases.Count(one => one.Outcome is CaseOutcome.Failed)} failed, {Units.Count(errors, "error")}";
    }

    /// <summary>A mark for those who see no colour.</summary>
    public static string Mark(CaseOutcome outcome) => outcome switch { CaseOutcome.Passed => "✓", CaseOutcome.Failed => "✗", _ => "!" };

    // Recorded text is foreign: in an indented block nothing of it is Markdown or HTML.
    private static string Block(IEnumerable<string> lines) => string.Concat(lines.Select(line => $"    {SafeText.Line(line)}\n"));

    private static string Cell(string text)
    {
        var cell = new StringBuilder();
        foreach (char symbol in SafeText.Line(text))
            cell.Append(symbol is '<' ? "&lt;" : symbol is '&' ? "&amp;" : "|\\`*_[]#".Contains(symbol, StringComparison.Ordinal) ? $"\\{symbol}" : symbol.ToString());
        return cell.ToString();
    }
}
