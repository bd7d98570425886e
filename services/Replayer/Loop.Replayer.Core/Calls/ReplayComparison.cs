using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Core.Calls;

/// <summary>Everything that differs between a recording and a replay, and what the verdict needs of it.</summary>
/// <param name="Divergences">By the recorded time at which they arose: the first one is the likeliest cause of the others.</param>
/// <param name="Ignored">What was left out, with why.</param>
/// <param name="Observations">For <see cref="VerdictDecider"/>; what only the engine knows is not set.</param>
public sealed record ReplayComparison(IReadOnlyList<Divergence> Divergences, IReadOnlyList<string> Ignored, ReplayObservations Observations)
{
    /// <summary>Compares. Pure.</summary>
    public static ReplayComparison Of(ReplayPlan plan, ReplayTarget target, EntryAnswer entry, CallPairing pairing, IReadOnlyList<ComparedCall> calls, RunMask mask)
    {
        MessageComparison answer = MessageComparer.Responses("entry", entry.Recorded, entry.Replayed, mask);
        List<JudgedCall> judged = [.. calls.Where(call => call.Pair != pairing.Entry).Select(call => JudgedCall.Of(call, mask))];
        List<Finding> findings = [.. judged.SelectMany(call => call.Findings), .. CallFindings(plan, entry, pairing)];
        findings.Add(new Finding(EndOf(plan.EntryAnswer), answer.Divergences));
        List<Divergence> divergences = [.. findings.OrderBy(finding => finding.At).SelectMany(finding => finding.Divergences)];
        Exchange replayed = entry.Answer.ToExchange(plan.EntryRequest?.Request, entry.SentAt);
        return new ReplayComparison(divergences, LeftOut(plan, answer, judged, pairing), new ReplayObservations
        {
            Outcome = entry.Answer.Outcome,
            OutcomeDetail = entry.Answer.Detail,
            Entry = plan.EntryAnswer is null ? Sight.NotObserved : Sights.OfAnswer(plan.EntryAnswer, entry.Recorded, entry.Answer, entry.Replayed, answer.Divergences),
            EntryFails = FailureRule.Match(replayed) is not null,
            Origin = Origin(plan, target, pairing, judged, calls, mask),
            EarlierCallsEqual = EarlierCalls.AreEqual(plan, pairing, judged),
            FailsElsewhere = FailsElsewhere(judged, pairing),
            AnyDivergence = divergences.Count > 0,
            CallerRefused = replayed.Status() is 401 or 403 || replayed.GrpcStatus() is 7 or 16,
        });
    }

    private static Sight Origin(ReplayPlan plan, ReplayTarget target, CallPairing pairing, List<JudgedCall> judged, IReadOnlyList<ComparedCall> calls, RunMask mask)
    {
        if (plan.Place is TargetPlace.Deeper)
        {
            return judged.FirstOrDefault(call => call.Call.Pair.Recorded == plan.Origin)?.Sight
                ?? (pairing.Missing.Contains(plan.Origin!) ? Sight.NotCalled : Sight.NotObserved);
        }

        // The answer in our hands is the better witness, unless the recorded end is a proxy's work that only a proxy can repeat.
        bool needsProxy = plan.Place is TargetPlace.Entry && (target.EntryMadeByProxy || target.EntryEnd is not EndKind.Answered);
        return needsProxy && calls.FirstOrDefault(call => call.Pair == pairing.Entry) is { } seen ? JudgedCall.Of(seen, mask).Sight : Sight.NotObserved;
    }

    private static IEnumerable<Finding> CallFindings(ReplayPlan plan, EntryAnswer entry, CallPairing pairing)
    {
        foreach (PlannedCall missing in pairing.Missing)
            yield return new Finding(missing.Hop.StartedAt, [new Divergence(missing.Label, "call missing", missing.Hop.Failure ?? StatusText(missing.Answer), null)]);
        DateTimeOffset recordedStart = plan.EntryRequest?.StartedAt ?? plan.Entry.Hop.StartedAt;
        foreach (ObservedCall extra in pairing.Extra)
        {
            string label = $"{extra.Callee ?? extra.Caller} {extra.Method} {extra.Path.Split('?')[0]}";
            yield return new Finding(recordedStart + (extra.StartedAt - entry.SentAt), [new Divergence(label, "call extra", null, StatusText(extra.Views[0]))]);
        }
    }

    private static List<string> LeftOut(ReplayPlan plan, MessageComparison answer, List<JudgedCall> judged, CallPairing pairing)
    {
        IEnumerable<(string, string)> found = answer.Ignored.Select(line => (plan.Entry.Label, line))
            .Concat(judged.SelectMany(call => call.Ignored.Select(line => (call.Call.Pair.Recorded.Label, line))));
        IEnumerable<string> unseen = pairing.Unseen.Select(call => $"{call.Label}: no capture node saw its proxies in the replay");
        return [.. LeftOutLines.Of(found), .. unseen];
    }

    private static List<NewFailure> FailsElsewhere(List<JudgedCall> judged, CallPairing pairing)
    {
        IEnumerable<string> paired = judged.Where(call => call.FailsNewly).Select(call => call.Call.Pair.Recorded.Label);
        IEnumerable<string> extra = pairing.Extra.Where(call => call.Views.Any(view => FailureRule.Match(view) is not null))
            .Select(call => $"{call.Callee ?? call.Caller} {call.Method} {call.Path}");
        return [.. paired.Concat(extra).Select(where => new NewFailure(where))];
    }

    private static DateTimeOffset EndOf(Exchange? exchange) =>
        exchange is { Duration: { } duration } ? exchange.StartedAt + duration : DateTimeOffset.MaxValue;

    private static string? StatusText(Exchange? exchange) => exchange?.Status() is { } status ? $"status {status}" : null;
}
