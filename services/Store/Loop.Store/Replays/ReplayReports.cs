using Loop.Contracts.Replays;

namespace Loop.Store.Replays;

/// <summary>The report of a replay as far as its facts go.</summary>
internal static class ReplayReports
{
    /// <summary>Null when it was never asked for.</summary>
    public static ReplayReport? From(IReadOnlyList<ReplayEvent> facts)
    {
        if (facts.OfType<ReplayFinished>().FirstOrDefault() is { } finished)
            return finished.Report;
        if (facts.OfType<ReplayRequested>().FirstOrDefault() is not { } requested)
            return null;
        ReplayRequestSent? sent = facts.OfType<ReplayRequestSent>().FirstOrDefault();
        ReplayAnswered? answered = facts.OfType<ReplayAnswered>().FirstOrDefault();
        ReplayStepTaken? step = facts.OfType<ReplayStepTaken>().LastOrDefault();
        return new ReplayReport
        {
            Id = requested.Id,
            ConversationId = requested.ConversationId.Value,
            Destination = requested.Destination,
            HopId = requested.HopId,
            StartedAt = requested.At,
            Stage = step is not null ? $"{RunOf(step)}: {step.What}" : answered is not null ? "observing" : sent is not null ? "sending" : "preparing",
            Progress = RunsProgressReader.Of(facts),
            Evidence = requested.Destination is "sandbox" ? "unknown" : "entry",
            Adjustments = sent?.Adjustments ?? [],
            ReplayedStatus = answered?.Status,
            ReplayedDurationMs = answered?.DurationMs,
            ObservedHops = facts.OfType<ReplayExchangeObserved>().Count(),
            // One that was changed by hand says so from its first report on, also should it never end.
            Sandbox = requested.Order?.Marked(),
        };
    }

    /// <summary>How far it has come; null when it was never asked for.</summary>
    public static ReplayProgress? Progress(IReadOnlyList<ReplayEvent> facts) => From(facts) is not { } report ? null : new ReplayProgress
    {
        Requested = facts.OfType<ReplayRequested>().First(),
        Report = report,
        Attempts = facts.OfType<ReplayBegun>().Count(),
        Holder = facts.OfType<ReplayBegun>().LastOrDefault()?.Holder ?? facts.OfType<ReplayRequested>().First().Order?.Holder,
        LastFactAt = facts.Max(At),
        IsSent = facts.Any(fact => fact is ReplayRequestSent),
        IsCancelled = facts.Any(fact => fact is ReplayCancellationRequested),
        LastSteps = facts.OfType<ReplayStepTaken>().GroupBy(step => step.Run).ToDictionary(run => run.Key, run => run.Max(step => step.Step)),
    };

    private static DateTimeOffset At(ReplayEvent fact) => fact switch
    {
        ReplayRequested requested => requested.At,
        ReplayBegun begun => begun.At,
        ReplayCancellationRequested cancellation => cancellation.At,
        ReplayKeysRegistered registered => registered.At,
        ReplayRequestSent sent => sent.At,
        ReplayAnswered answered => answered.At,
        ReplayExchangeObserved observed => observed.At,
        ReplayStepTaken step => step.At,
        ReplayRunsPlanned planned => planned.At,
        ReplayFinished finished => finished.At,
        // The others tell how long it has been quiet.
        _ => DateTimeOffset.MinValue,
    };

    private static string RunOf(ReplayStepTaken step) => step.Run < 0 ? $"noise run {-step.Run}" : $"run {step.Run}";
}
