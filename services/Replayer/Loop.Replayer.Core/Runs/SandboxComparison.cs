using System.Globalization;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Calls;
using Loop.Replayer.Core.Clock;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Core.Runs;

/// <summary>Everything that differs between a recording and one run in a sandbox, and what the verdict needs of it. Pure.</summary>
public static class SandboxComparison
{
    /// <summary>Compares. What only the engine knows (control, baseline, clock) is not set.</summary>
    public static ReplayComparison Of(SandboxRun run)
    {
        IReadOnlyList<HopResult> hops = HopResult.Of(run);
        IReadOnlyList<CallResult> calls = CallResult.Of(run);
        HopResult? judged = hops.FirstOrDefault(hop => hop.Call.Hop.Id == run.Choice.Judged?.Hop.Id);
        HopResult? entry = hops.FirstOrDefault(hop => hop.Call.Hop.Id == run.Choice.Plan.Entry.Hop.Id);
        IReadOnlyList<Divergence> order = OrderOf(run, calls);
        IReadOnlyList<Divergence> divergences = DivergencesOf(run, hops, calls, order);
        DrivenHop? drive = DriveOf(run);
        return new ReplayComparison(divergences, [.. Ignored(hops, calls)], new ReplayObservations
        {
            Evidence = run.Record.Evidence,
            Fault = run.Record.Fault,
            Outcome = drive?.Answer?.Outcome ?? AnswerOutcome.NotSent,
            OutcomeDetail = drive?.Answer?.Detail,
            Entry = entry?.Sight ?? Sight.NotObserved,
            EntryFails = entry?.Fails ?? false,
            EntryFailsAfterMiss = entry is not null && IsAfterMiss(run, entry.Call.Hop.Id, judged),
            Origin = judged?.Sight ?? (Reached(run) ? Sight.NotCalled : Sight.NotObserved),
            // What our own limit cut off has not ended.
            JudgedEndedAt = judged?.Answer?.Outcome is AnswerOutcome.HeadersTimedOut or AnswerOutcome.BodyTimedOut ? null : judged?.EndedAt - run.Record.StartedAt,
            Assertion = run.Choice.Assertion?.Judge(judged?.Replayed) ?? AssertionSight.NotObserved,
            EarlierCallsEqual = judged is null ? null : EarlierCallsOf.AreEqual(run, judged, calls, hops, order),
            Break = judged is null ? null : BreakOf(run, judged, calls),
            IncompleteInputs = [.. run.Script.Incomplete, .. run.Record.Calls.Select(call => call.Gap).OfType<string>()],
            Troubles = [.. CallTroubles.Of(run.Record), .. Contradictions(run)],
            UndeclaredState = UndeclaredState(run),
            FailsElsewhere = [.. FailsElsewhere(run, hops, judged, entry)],
            MaskedShare = judged is not null && run.Recorded(judged.Call.Answer?.Response) is { } recorded ? run.Rules.Noise.MaskedShare(judged.Call.Label, recorded, run.ShapesOf(judged.Call)?.Answer) : 0,
            AnyDivergence = divergences.Count > 0,
            DroppedCredentials = [.. run.Script.DroppedCredentials.Union(run.Record.TokensLeftOut)],
            TokenRefused = TokenRefusal.Of(run, hops),
            RedactedInputs = [.. run.Record.Calls.SelectMany(call => call.TokensLeftOut.Select(name => $"the answer to {Text(call)}, header {name}"))],
            ClockNotReached = [.. ClockNotReached(run)],
            CallerRefused = CallerRefusal.Of(run, hops, entry, judged),
            WhatIf = WhatIfSights.Of(run, judged),
        });
    }

    // The drive in whose subtree the judged hop lies; without one, that of the entry.
    private static DrivenHop? DriveOf(SandboxRun run)
    {
        Dictionary<string, string?> parents = run.Choice.Plan.Conversation.Hops.ToDictionary(hop => hop.Id, hop => hop.ParentId);
        HashSet<string> walked = [];
        for (string? id = (run.Choice.Judged ?? run.Choice.Plan.Entry).Hop.Id; id is not null && walked.Add(id); id = parents.GetValueOrDefault(id))
        {
            if (run.Record.Driven.FirstOrDefault(driven => driven.HopId == id) is { } drive)
                return drive;
        }

        return run.Choice.Judged is null && run.Record.Driven is [DrivenHop first, ..] ? first : null;
    }

    // Where the drive above the judged hop was answered, the hop itself would have been seen.
    private static bool Reached(SandboxRun run) => run.Choice.Judged is { } judged && run.Choice.LiveServices.Contains(judged.Hop.Destination) && DriveOf(run)?.EndedAt is not null;

    private static IReadOnlyList<Divergence> OrderOf(SandboxRun run, IReadOnlyList<CallResult> calls)
    {
        DateTimeOffset recordedStart = run.Choice.Plan.Conversation.Hops.Min(hop => hop.StartedAt);
        return CallOrder.Compare([.. calls.Select(call => call.Times(recordedStart, run.Record.StartedAt))]);
    }

    private static List<Divergence> DivergencesOf(SandboxRun run, IReadOnlyList<HopResult> hops, IReadOnlyList<CallResult> calls, IReadOnlyList<Divergence> order)
    {
        List<Finding> findings = [.. hops.Select(hop => new Finding(EndOf(hop.Call), hop.Response.Divergences))];
        findings.AddRange(calls.Select(call => new Finding(call.Call.Hop.StartedAt, call.Request.Divergences)));
        findings.AddRange(calls.Select(call => new Finding(call.Call.Hop.StartedAt, [.. order.Where(divergence => divergence.Hop == call.Call.Label)])));
        findings.AddRange(hops.Where(hop => hop.Attempts.Count > 0 && hop.Attempts.Count != hop.Call.Hop.Attempts)
            .Select(hop => new Finding(EndOf(hop.Call), [new Divergence(hop.Call.Label, "attempts", Number(hop.Call.Hop.Attempts), Number(hop.Attempts.Count))])));
        HashSet<string> made = [.. calls.Select(call => call.Call.Hop.Id)];
        HashSet<string> reached = [.. hops.Select(hop => hop.Call.Hop.Id)];
        findings.AddRange(run.Live.Answered.Concat(run.Live.Relayed)
            .Where(call => !made.Contains(call.Hop.Id) && (call.Hop.ParentId is not { } caller || reached.Contains(caller)))
            .Select(call => new Finding(call.Hop.StartedAt, [new Divergence(call.Label, "call missing", call.Hop.Failure ?? StatusText(call.Answer?.Status()), null)])));
        DateTimeOffset recordedStart = run.Choice.Plan.Conversation.Hops.Min(hop => hop.StartedAt);
        findings.AddRange(run.Record.Calls.Where(call => !call.IsBackground && call.HopId is null)
            .Select(call => new Finding(recordedStart + (call.StartedAt - run.Record.StartedAt), [new Divergence(Text(call), "call extra", null, call.Miss ?? StatusText(call.Answer?.Status))])));
        return [.. findings.OrderBy(finding => finding.At).SelectMany(finding => finding.Divergences)];
    }

    private static IEnumerable<string> Ignored(IReadOnlyList<HopResult> hops, IReadOnlyList<CallResult> calls) =>
        LeftOutLines.Of(hops.SelectMany(hop => hop.Response.Ignored.Select(line => (hop.Call.Label, line)))
            .Concat(calls.SelectMany(call => call.Request.Ignored.Select(line => (call.Call.Label, line)))));

    private static IEnumerable<NewFailure> FailsElsewhere(SandboxRun run, IReadOnlyList<HopResult> hops, HopResult? judged, HopResult? entry)
    {
        foreach (HopResult hop in hops.Where(hop => hop != judged && hop != entry && hop.FailsNewly))
            yield return new NewFailure(hop.Call.Label, IsAfterMiss(run, hop.Call.Hop.Id, judged));
        foreach (ServedCall extra in run.Record.Calls.Where(call => !call.IsBackground && call.HopId is null && call.Answer?.Status is null or >= 500 && call.LiveCallee is not null))
            yield return new NewFailure(Text(extra));
    }

    private static bool IsAfterMiss(SandboxRun run, string hopId, HopResult? judged) =>
        judged?.EndedAt is { } end && run.Record.Calls.Any(call => call.Miss is not null && call.StartedAt > end && IsUnder(run, call.CallerHopId, hopId));

    private static bool IsUnder(SandboxRun run, string? hop, string ancestor)
    {
        HashSet<string> walked = [];
        for (string? id = hop; id is not null && walked.Add(id); id = run.Choice.Plan.Conversation.Hops.FirstOrDefault(one => one.Id == id)?.ParentId)
        {
            if (id == ancestor)
                return true;
        }

        return false;
    }

    // A service that saw another time may have behaved for that alone, if its recording speaks of the time at all.
    private static IEnumerable<string> ClockNotReached(SandboxRun run)
    {
        DateTimeOffset start = run.Choice.Plan.Conversation.Hops.Min(hop => hop.StartedAt);
        foreach (string service in run.Record.ClockNotReached.Keys)
        {
            IEnumerable<PlannedCall> own = run.Live.Drives.Concat(run.Live.Relayed).Where(call => call.Hop.Destination == service)
                .Concat(run.Live.Answered.Concat(run.Live.Relayed).Where(call => call.Hop.Source == service));
            IEnumerable<(string, Message)> messages = own.SelectMany(call => new[] { run.Recorded(call.Request?.Request), run.Recorded(call.Answer?.Response) }.OfType<Message>().Select(message => (call.Label, message)));
            if (RecordedDates.Near(messages, start).Count > 0)
                yield return service;
        }
    }

    // A value that stands for two others makes every answer that holds it doubtful.
    private static IEnumerable<CallTrouble> Contradictions(SandboxRun run) => (run.Rules.Bindings?.Contradictions ?? [])
        .Select(text => new CallTrouble { Kind = TroubleKind.Ambiguous, Caller = "a live service", Call = text, BegunAt = TimeSpan.Zero });

    private static string? UndeclaredState(SandboxRun run)
    {
        if (run.Choice.Judged is not { } judged)
            return null;
        return run.Live.Drives.Concat(run.Live.Relayed)
            .Where(call => run.UndeclaredState.Contains(call.Hop.Destination) && IsUnder(run, call.Hop.Id, judged.Hop.Id))
            .Select(call => $"the state of {call.Hop.Destination}").FirstOrDefault();
    }

    private static BreakEvidence BreakOf(SandboxRun run, HopResult judged, IReadOnlyList<CallResult> calls)
    {
        List<CallResult> own = [.. calls.Where(call => call.CallerHopId == judged.Call.Hop.Id)];
        DateTimeOffset recordedEnd = EndOf(judged.Call);
        bool sameOpen = own.All(call => call.Served.EndedAt > judged.EndedAt == EndOf(call.Call) > recordedEnd)
            && run.Live.Answered.Concat(run.Live.Relayed).Count(call => call.Hop.ParentId == judged.Call.Hop.Id) == own.Count;
        bool isPlayed = judged.Call.Answer is { } recorded && run.Choice.PlaysTimeoutOf(recorded);
        bool sameParty = isPlayed
            ? judged.Answer is { EndedByProxy: true }
            : judged.Answer?.Outcome is AnswerOutcome.HeadersReset or AnswerOutcome.BodyReset && judged.Call.Hop.BrokenOffBy is BrokenOffBy.Upstream;
        return new BreakEvidence(sameParty, sameOpen, run.Script.Plan.PlaysLatency || own.Count == 0) { Near = isPlayed ? NearTo(run, judged) : null };
    }

    // An answer that came soon after the limit, or one of which nobody knows when it would have come.
    private static string? NearTo(SandboxRun run, HopResult judged) => run.Record.Limits.FirstOrDefault(limit => limit.HopId == judged.Call.Hop.Id) switch
    {
        null => "nobody saw how near to the limit its answer was",
        { Answer: { } answer } watched => string.Create(CultureInfo.InvariantCulture, $"{judged.Call.Hop.Destination} answered {watched.After.TotalMilliseconds:0} ms after the limit ({answer}), which the sandbox cannot tell from in time"),
        _ => null,
    };

    private static DateTimeOffset EndOf(PlannedCall call) =>
        call.Hop.DurationMs is { } milliseconds ? call.Hop.StartedAt + TimeSpan.FromMilliseconds(milliseconds) : DateTimeOffset.MaxValue;

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string? StatusText(int? status) => status is { } known ? $"status {known}" : null;

    private static string Text(ServedCall call) => CallTroubles.Text(call);
}
