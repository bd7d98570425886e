using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Calls;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Tls;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Credentials;
using Loop.Replayer.Engine;
using Loop.Replayer.Hosting;
using Loop.Replayer.Ports;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Tls;
using Loop.SandboxFiles;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Sandboxes;

/// <summary>
/// Carries out one replay in sandboxes: (1) what was recorded, (2) each run with fresh names, processes and state, (3) its comparison, (4) the verdict over all
/// runs. Each step is a fact of the replay's stream before the next one begins.
/// </summary>
internal sealed class SandboxReplayRun(
    IRecordings recordings, IReplayJournal journal, SandboxDriverSource drivers, SandboxRunner runner, ControlRun controls, NoiseRuns noises, IReplayIdSource ids, IOptions<ReplayOptions> options, TimeProvider time)
{
    private const int EarlierReplays = 200;

    /// <summary>The final report; appending it is the caller's, so that errors end in one place.</summary>
    public async Task<ReplayReport> Execute(SandboxJob job, CancellationToken cancellationToken)
    {
        // 1
        IReadOnlyList<Exchange> exchanges = await recordings.Exchanges(job.Plan.Conversation.Id);
        RecordedBodies bodies = await RecordedBodies.Load(recordings, job.Plan.Conversation.Id, exchanges);
        ReplayTarget target = TargetReader.Read(job.Choice, bodies.Message(job.Plan.EntryAnswer?.Response), bodies.Message(job.Choice.Judged?.Answer?.Response));
        IReadOnlyDictionary<string, string> builds = BuildNames.Of(job.LiveServices, job.Folder, job.Request.Build);
        SandboxConditions conditions = ConditionTexts.Of(job);
        IReadOnlyList<ReplayReport> earlier = await journal.Replays(job.Plan.Conversation.Id, EarlierReplays);
        ISandboxDriver driver = await drivers.Get(cancellationToken);
        IReadOnlyList<RunPrelude> preludes = await Preludes.Load(job, recordings);
        IReadOnlyList<BackgroundStub> stubs = await BackgroundStubs.Of(job.File, job.Folder, recordings);
        RunClock clock = RunClock.Of(job);
        using TokenMint? tokens = TokenMint.Of(job.File, exchanges, TokenTimes.Of(job.File.Clock, clock.RecordedStart, time.GetUtcNow()), job.Ids.ReplayId);
        TlsPart tls = ReplayAuthority.Of(job.File, job.Live, clock.Start, time.GetUtcNow());
        RunInput input = Input(job, bodies, preludes, stubs) with { Tokens = tokens, Tls = tls };
        SandboxPlan place = PlaceWriter.Write(job.File, job.LiveServices, job.Folder, job.Live, clock.Start, options.Value.ReadyLimit) with { TrustedAuthority = tls.CertificatePem };
        // Step 0 of the journal: it goes before all runs.
        StepJournal before = Steps(job, 0);
        if (job.Attempt.Note is { } note)
            await before.Take("interrupted", note);
        AssignmentSet assignments = job.Request.Permute ? AnswerAssignments.Of(RunScript.Of(input)) : AssignmentSet.None;
        int judged = job.Request.Times * Math.Max(1, assignments.Assignments.Count);
        await journal.Append(job.Ids.ReplayId, new ReplayRunsPlanned((job.Plan.Conversation.ControlId is null ? 0 : 1) + job.Request.LearnNoise + judged, UsualSeconds(earlier), time.GetUtcNow()));
        ControlResult control = await controls.Run(job, input, driver, before.Take, cancellationToken);
        // Behind a failed control there is no verdict, however often it is tried: one run shows what happens.
        bool isBroken = control is ControlResult.Failed;
        LearnedNoise? noise = job.Noise ?? (isBroken ? null : await noises.Learn(job, input, place, bodies, driver, cancellationToken));
        conditions = conditions with { Mask = noise?.Mask?.Name ?? "" };
        // 2 and 3
        List<ComparedRun> runs = [];
        for (int number = 1; number <= (isBroken ? 1 : judged); number++)
            runs.Add(await Run(job, number, assignments, target, place, input, driver, bodies, control, noise, seen => BaselineOf(earlier, job, conditions, builds, seen), cancellationToken));
        // 4
        target = runs.Select(run => Incomplete(target, run)).FirstOrDefault(changed => changed != target) ?? target;
        Decision decision = VerdictDecider.Decide(target, [.. runs.Select(run => run.Comparison.Observations)]);
        return SandboxReports.Finished(job, decision, runs, conditions, builds, control, noise, time.GetUtcNow());
    }

    private static double? UsualSeconds(IReadOnlyList<ReplayReport> earlier)
    {
        double[] all = [.. earlier.SelectMany(report => report.Sandbox?.Runs ?? []).Select(run => (run.PrepareMs + run.DriveMs + run.CompareMs) / 1000).Order()];
        return all.Length == 0 ? null : all[all.Length / 2];
    }

    private async Task<ComparedRun> Run(
        SandboxJob job, int number, AssignmentSet assignments, ReplayTarget target, SandboxPlan place, RunInput input, ISandboxDriver driver, RecordedBodies bodies, ControlResult control, LearnedNoise? noise, Func<Evidence, Baseline?> baseline, CancellationToken cancellationToken)
    {
        StepJournal steps = Steps(job, number);
        AnswerAssignment? assigned = assignments.Assignments.Count == 0 ? null : assignments.Assignments[(number - 1) % assignments.Assignments.Count];
        if (assigned is not null)
            await steps.Take("assigned", assigned.Assignment.Name);
        RunScript script = RunScript.Of(input with { Assigned = assigned?.Orders ?? [] });
        RunOutcome outcome = await runner.Run(driver, place, script, steps.Take, cancellationToken);
        long start = time.GetTimestamp();
        RunRecord record = await RecordRedaction.Apply(outcome.Record, value => input.Tokens?.Restore(value) ?? value, headers => journal.Redact(job.Ids.ReplayId, headers));
        SandboxRun run = new()
        {
            Choice = job.Choice,
            Live = job.Live,
            Script = script,
            Record = record,
            Recorded = bodies.Message,
            Shapes = outcome.Shapes(job.Descriptors),
            Rules = ComparisonRules.Of(RunClock.Of(job).Mask(job, script, record)) with { Bindings = LinkMessages.Follow(script.Plan.Links, record), Noise = NoiseMasks.FilterOf(noise?.Mask, record.Evidence) },
            UndeclaredState = job.LiveServices.Where(service => service.State is ServiceState.Unknown).Select(service => service.Name).ToHashSet(),
        };
        ReplayComparison comparison = SandboxComparison.Of(run);
        comparison = comparison with
        {
            Observations = comparison.Observations with { Assignment = assigned?.Assignment, TooManyAssignments = assignments.IsTooMany, Control = control, Baseline = baseline(record.Evidence), WaitedLongEnough = Limit(job, job.Plan.Entry).IsLongEnough },
        };
        Decision decision = VerdictDecider.Decide(Incomplete(target, comparison), comparison.Observations);
        string stored = await journal.StoreBody(job.Ids.ReplayId, JsonSerializer.SerializeToUtf8Bytes(record, LoopJson.Options));
        Dictionary<string, string> logs = [];
        foreach ((string service, byte[] log) in outcome.Logs.Where(log => log.Value.Length > 0))
            logs[service] = await journal.StoreBody(job.Ids.ReplayId, log);
        await steps.Take("decided", $"{decision.Verdict.ToString().ToLowerInvariant()} ({decision.Row}): {decision.Reason}");
        return new ComparedRun(number, run, comparison, decision, outcome.Prepared, outcome.Drove, time.GetElapsedTime(start), stored, logs) { Types = outcome.Types };
    }

    // Steps of an attempt that was interrupted stay: the new ones go on counting.
    private StepJournal Steps(SandboxJob job, int run) => new(journal, job.Ids.ReplayId, run, time, job.Attempt.LastStepOf(run));

    private RunInput Input(SandboxJob job, RecordedBodies bodies, IReadOnlyList<RunPrelude> preludes, IReadOnlyList<BackgroundStub> stubs) => new()
    {
        Live = job.Live,
        Body = bodies.Body,
        Ports = job.LiveServices.ToDictionary(service => service.Name, service => service.Port!.Value),
        Limit = hop => Limit(job, hop).Limit,
        Ids = ids,
        Supplied = service => SuppliedHeaders.Of(job.Headers, job.File, service),
        RecordedKeys = Preludes.Keys(job.Plan.Conversation),
        Preludes = preludes,
        Serialise = job.File.Serialise,
        Links = LinkMessages.Find(job.Live, bodies.Message, preludes),
        Described = job.LiveServices.Where(service => service.Descriptors.Count > 0).Select(service => service.Name).ToHashSet(),
        JudgedHop = job.Choice.Judged?.Hop.Id,
        TargetIsBreak = job.Choice.Judged?.Answer is { } judged && FailureIdentity.EndOf(judged) is not EndKind.Answered,
        Background = stubs,
        WhatIf = job.Choice.WhatIf,
        Warm = WarmDrives.Of(job.File, job.LiveServices, ids, options.Value.MinimumTimeLimit),
    };

    private TimeLimit Limit(SandboxJob job, PlannedCall hop) => TimeLimit.For((hop.Answer?.Duration ?? TimeSpan.Zero) + job.Choice.WhatIf.Delay, job.TimeoutSeconds, options.Value);

    // A request that could not be driven because it was not recorded whole is a gap of the input, not a fault of the sandbox.
    private static ReplayTarget Incomplete(ReplayTarget target, ReplayComparison comparison) =>
        comparison.Observations is { Outcome: Core.Answers.AnswerOutcome.NotSent, Fault: null, IncompleteInputs: [string first, ..] } ? target with { RequestIncomplete = first } : target;

    private static ReplayTarget Incomplete(ReplayTarget target, ComparedRun run) => Incomplete(target, run.Comparison);

    private static Baseline? BaselineOf(IReadOnlyList<ReplayReport> earlier, SandboxJob job, SandboxConditions conditions, IReadOnlyDictionary<string, string> builds, Evidence network) =>
        BaselineFinder.Find(BaselineReports.Known(earlier, job.Request.Baselines ?? [], job.Plan.Conversation.Id), SandboxReports.Conditions(job.Plan.Conversation.Id, conditions, network), builds);
}
