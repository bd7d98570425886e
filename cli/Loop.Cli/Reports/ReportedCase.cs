using System.Globalization;
using Loop.Cli.Replays;
using Loop.Contracts.Replays;

namespace Loop.Cli.Reports;

/// <summary>What a replay means to whoever expected something of it.</summary>
internal enum CaseOutcome
{
    /// <summary>The verdict is the expected one.</summary>
    Passed,

    /// <summary>Another verdict: something is wrong with the program.</summary>
    Failed,

    /// <summary>No verdict that counts: something is wrong with the test.</summary>
    Error,
}

/// <summary>One replay in a report for machines.</summary>
internal sealed record ReportedCase
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Passed or not.</summary>
    public required CaseOutcome Outcome { get; init; }

    /// <summary>The verdict that passes; null when it could not be read.</summary>
    public Verdict? Expected { get; init; }

    /// <summary>Why, in one line.</summary>
    public required string Message { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The report; null when there was no replay.</summary>
    public ReplayReport? Report { get; init; }

    /// <summary>Files with the logs of live services: where they were written.</summary>
    public IReadOnlyList<string> LogFiles { get; init; } = [];

    /// <summary>Judges a report.</summary>
    /// <param name="name">Name.</param>
    /// <param name="expected">The verdict that passes.</param>
    /// <param name="report">A finished report.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="requireSealed">True when other evidence than sealed says nothing.</param>
    public static ReportedCase Of(string name, Verdict expected, ReplayReport report, TimeSpan duration, bool requireSealed)
    {
        bool isWeak = requireSealed && report.Evidence is not "sealed";
        string evidence = isWeak ? $"; the evidence is {report.Evidence}, and only sealed evidence counts: {report.Sandbox?.UnsealedBecause ?? "no sandbox"}" : "";
        return new ReportedCase
        {
            Name = name,
            Outcome = isWeak || report.Verdict is null or Verdict.Inconclusive ? CaseOutcome.Error : report.Verdict == expected ? CaseOutcome.Passed : CaseOutcome.Failed,
            Expected = expected,
            Message = $"{(report.Verdict is { } verdict ? ReplayText.NameOf(verdict) : report.Stage)} ({report.Reason}){evidence}",
            Duration = duration,
            Report = report,
        };
    }

    /// <summary>A test that could not be run.</summary>
    public static ReportedCase NotRun(string name, Verdict? expected, string why, TimeSpan duration) =>
        new() { Name = name, Outcome = CaseOutcome.Error, Expected = expected, Message = why, Duration = duration };

    /// <summary>Everything that a reader of the report wants to know beside <see cref="Message"/>.</summary>
    public IEnumerable<string> Details()
    {
        if (Report is not { } report)
            yield break;
        yield return $"replay {report.Id} of {report.ConversationId}, evidence {report.Evidence}, row {report.Row ?? "none"}{(Expected is { } expected ? $", expected {ReplayText.NameOf(expected)}" : "")}";
        if (report.Sandbox is { } sandbox)
        {
            yield return $"live {string.Join(", ", sandbox.Live)}; judged {sandbox.Judged ?? "nothing"}; sandbox file {sandbox.File}";
            foreach (RunReport run in sandbox.Runs)
                yield return Run(run);
        }

        if (report.Divergences is [var first, ..])
            yield return $"first divergence: {first.Hop}: {first.Place}, recorded {first.Recorded ?? "(absent)"}, replayed {first.Replayed ?? "(absent)"} ({report.Divergences.Count} in all)";
        if (report.NextStep is { } next)
            yield return $"next: {next}";
        foreach (string file in LogFiles)
            yield return $"log: {file}";
    }

    private static string Run(RunReport run)
    {
        string logs = run.Logs.Count == 0 ? "" : $"; logs of {string.Join(", ", run.Logs.Keys.Order(StringComparer.Ordinal))}";
        return string.Create(CultureInfo.InvariantCulture, $"run {run.Number}: {ReplayText.NameOf(run.Verdict)} ({run.Row}) in {(run.PrepareMs + run.DriveMs + run.CompareMs) / 1000:0.00} s{logs}");
    }
}
