using System.Globalization;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Engine;

namespace Loop.Replayer.Sandboxes;

/// <summary>Writes the reports of replays in a sandbox, and reads them as baselines.</summary>
internal static class SandboxReports
{
    // A report is an event of at most 64 KiB; the run's record holds everything.
    private const int MaximumDivergences = 60, MaximumLines = 40, MaximumMisses = 20;

    public static ReplayReport Finished(
        SandboxJob job, Decision decision, IReadOnlyList<ComparedRun> runs, SandboxConditions conditions, IReadOnlyDictionary<string, string> builds, ControlResult control, LearnedNoise? noise, DateTimeOffset now)
    {
        ComparedRun shown = runs.FirstOrDefault(run => run.Decision.Verdict == decision.Verdict) ?? runs[0];
        // Where the entry does not run, the judged hop is what a reader wants to see beside its recording.
        Core.Answers.Answer? entry = AnswerOf(shown.Run.Record, job.Plan.Entry.Hop.Id);
        PlannedCall told = entry is null && job.Choice.Judged is { } judged ? judged : job.Plan.Entry;
        Core.Answers.Answer? answer = AnswerOf(shown.Run.Record, told.Hop.Id);
        return ReportWriter.Finished(job, decision, now) with
        {
            Evidence = decision.Evidence is Evidence.Sealed ? "sealed" : "unsealed",
            Divergences = [.. shown.Comparison.Divergences.Take(MaximumDivergences)],
            Ignored = [.. shown.Comparison.Ignored.Take(MaximumLines)],
            Adjustments = [.. shown.Run.Script.Adjustments.Take(MaximumLines)],
            RecordedStatus = told.Answer?.Status(),
            RecordedDurationMs = told.Answer?.Duration?.TotalMilliseconds,
            ReplayedStatus = answer?.Status,
            ReplayedDurationMs = answer?.Duration.TotalMilliseconds,
            ObservedHops = shown.Run.Record.Driven.Count + shown.Run.Record.Calls.Count(call => !call.IsBackground),
            Sandbox = new SandboxReport
            {
                File = job.Request.File,
                Live = [.. job.LiveServices.Select(service => service.Name)],
                Judged = job.Choice.Judged?.Label,
                UnsealedBecause = shown.Run.Record.UnsealedBecause,
                Conditions = conditions,
                Builds = builds,
                Runs = [.. runs.Select(Run)],
                ReproducedRuns = decision.ReproducedRuns,
                Control = control switch { ControlResult.Passed => "passed", ControlResult.Failed => "failed", _ => "notRun" },
                WhatIf = WhatIfLines.Of(job.Choice.WhatIf, runs.Select(run => run.Run.Record)),
                Listed = [.. new[] { job.Attempt.Note }.OfType<string>(), .. BaselineReports.Given(job.Request), .. NoiseMasks.Given(job.Request), .. Types(job, runs), .. Ended(runs), .. Missing(job), .. decision.Listed.Take(MaximumLines)],
                Asked = Asked(job),
                Noise = noise?.Report,
            },
        };
    }

    /// <summary>How it was asked for, so that it can be asked again elsewhere.</summary>
    public static SandboxAsked Asked(SandboxJob job) =>
        new(job.FromHop, job.Request.Judge, job.Choice.Assertion is { } assertion ? $"{assertion.Hop} response {assertion.Path}" : null, job.Choice.Assertion?.Expected, job.SuppliedHeaders)
        {
            Before = job.Request.Before is { Count: > 0 } before ? before : null,
            Permute = job.Request.Permute,
        };

    /// <summary>The conditions as the search for baselines compares them.</summary>
    public static ReplayConditions Conditions(string conversationId, SandboxConditions stored, Evidence network) => new()
    {
        ConversationId = conversationId,
        JudgedHopId = stored.JudgedHopId,
        StateByLiveService = stored.StateByLiveService,
        Clock = stored.Clock,
        Network = network,
        Mask = stored.Mask,
        Asserted = stored.Asserted,
    };

    /// <summary>A stored report as a baseline may be; null for one that is none.</summary>
    public static EarlierReplay? Earlier(ReplayReport report)
    {
        if (report is not { Sandbox: { Conditions: { } conditions, WhatIf: [] } sandbox, Verdict: { } verdict })
            return null;
        Evidence evidence = report.Evidence is "sealed" ? Evidence.Sealed : Evidence.Unsealed;
        // Of several ways to hand out answers the true one is that which reproduced most often: how rare the failure is, its runs tell, not those of the others.
        IGrouping<string?, RunReport>? way = sandbox.Runs.GroupBy(run => run.Assignment).MaxBy(runs => runs.Count(run => run.Verdict is Verdict.Reproduced));
        (int reproduced, int all) = way?.Key is null ? (sandbox.ReproducedRuns, sandbox.Runs.Count) : (way.Count(run => run.Verdict is Verdict.Reproduced), way.Count());
        Decision decision = new(verdict, report.Row ?? "", report.Reason ?? "") { Evidence = evidence, ReproducedRuns = reproduced, Runs = all };
        return new EarlierReplay(Conditions(report.ConversationId, conditions, evidence), sandbox.Builds, decision) { Ids = [report.Id] };
    }

    private static Core.Answers.Answer? AnswerOf(RunRecord record, string? hopId) =>
        record.Driven.FirstOrDefault(driven => driven.HopId == hopId)?.Answer ?? record.Calls.FirstOrDefault(call => call.HopId == hopId)?.Answer;

    private static RunReport Run(ComparedRun run)
    {
        RunRecord record = run.Run.Record;
        return new RunReport
        {
            Number = run.Number,
            Verdict = run.Decision.Verdict,
            Row = run.Decision.Row,
            Reason = run.Decision.Reason,
            Assignment = run.Comparison.Observations.Assignment?.Name,
            PrepareMs = run.Prepared.TotalMilliseconds,
            DriveMs = run.Drove.TotalMilliseconds,
            CompareMs = run.Compared.TotalMilliseconds,
            PaceRatio = AnswerOf(record, run.Run.Choice.Judged?.Hop.Id) is { } answer && run.Run.Choice.Judged?.Answer?.Duration is { Ticks: > 0 } recorded ? answer.Duration / recorded : null,
            Misses = [.. record.Calls.Where(call => call.Miss is not null).Take(MaximumMisses).Select(Miss)],
            Refused = [.. record.Refused.Where(one => !one.IsBackground).Take(MaximumLines).Select(one => $"{one.Target} by {one.Caller}")],
            Background = [.. Background(record).Distinct().Take(MaximumLines)],
            Unanswered = OrNull([.. record.Calls.Where(call => call.Miss is not null).Select(Unanswered).Distinct().Take(MaximumMisses)]),
            ClockNotReached = OrNull([.. record.ClockNotReached.Take(MaximumLines).Select(pair => $"{pair.Key}: {pair.Value}")]),
            RecordSha256 = run.RecordSha256,
            Logs = run.Logs,
        };
    }

    // An answer that breaks off says nothing of why it did.
    private static IEnumerable<string> Ended(IReadOnlyList<ComparedRun> runs) => runs
        .SelectMany(run => run.Run.Record.Ended.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {(pair.Value > 128 ? $"was ended by signal {pair.Value - 128}" : $"ended with exit code {pair.Value}")} while the replay ran; its log says why")))
        .Distinct();

    private static IEnumerable<string> Missing(SandboxJob job) => job.Plan.Conversation.Coherence.Missing.Take(MaximumMisses).Select(missing => $"the recording is incomplete: {missing.What}: {missing.Why}");

    private static MissReport Miss(ServedCall call) => new(
        call.Caller, CallTroubles.Text(call), call.Miss!, [.. call.Candidates.Select(candidate => $"{candidate.Label}: {string.Join("; ", CallTroubles.Fields(candidate))}")]);

    private static UnansweredCall Unanswered(ServedCall call)
    {
        HttpMessagePart part = call.Request.Part;
        return new UnansweredCall(call.Caller, part.Header(":method") ?? "", $"{(call.IsSecure ? "https" : "http")}://{part.Header(":authority")?.ToLowerInvariant()}{part.Header(":path")}", !call.IsBackground);
    }

    // By which names gRPC messages were compared.
    private static IEnumerable<string> Types(SandboxJob job, IReadOnlyList<ComparedRun> runs) => job.LiveServices
        .Where(service => service.Descriptors.Count > 0 && runs.Any(run => run.Run.Live.Drives.Concat(run.Run.Live.Relayed).Any(call => call.Hop.Destination == service.Name && run.Run.Shapes(call.Request?.Path()) is not null)))
        .Select(service => (service.Name, Detail: "the descriptor sets of the sandbox file"))
        .Concat(runs.SelectMany(run => run.Types).Select(told => (Name: told.Service, told.Detail))).Distinct()
        .Select(told => $"gRPC messages of {told.Name} compare by {told.Detail}");

    private static IReadOnlyList<T>? OrNull<T>(IReadOnlyList<T> list) => list.Count == 0 ? null : list;

    private static IEnumerable<string> Background(RunRecord record) =>
        record.Calls.Where(call => call.IsBackground).Select(call => $"{CallTroubles.Text(call)} by {call.Caller}{(call.Miss is null ? "" : ": no answer")}")
            .Concat(record.Refused.Where(one => one.IsBackground).Select(one => $"{one.Target} by {one.Caller}: refused"));
}
