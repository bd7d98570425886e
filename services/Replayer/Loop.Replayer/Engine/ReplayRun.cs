using System.Diagnostics;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Calls;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Hosting;
using Loop.Replayer.Ports;
using Loop.Replayer.Sending;
using Loop.Replayer.Wire;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Engine;

/// <summary>
/// Carries out one replay: (1) keys to the nodes, (2) bodies and target, (3) send, (4) observe, (5) compare, (6) decide.
/// Each step that others may ask about is a fact of the replay's stream before the next one begins.
/// </summary>
internal sealed class ReplayRun(IRecordings recordings, IReplayJournal journal, RequestSender sender, HopObserver observer, IOptions<ReplayOptions> options, TimeProvider time)
{
    /// <summary>The final report; appending it is the caller's, so that errors end in one place.</summary>
    public async Task<ReplayReport> Execute(ExternalJob job, CancellationToken cancellationToken)
    {
        ReplayPlan plan = job.Plan;
        string id = job.Ids.ReplayId;
        // 1: a proxy may report the first hop before our own answer ends.
        IReadOnlyList<string> nodes = await journal.RegisterKeys(id);
        // 2
        BodyLoader bodies = new(recordings, journal, plan.Conversation.Id, id);
        byte[]? requestBody = await bodies.RecordedBody(plan.EntryRequest?.Request);
        Message? recordedAnswer = await bodies.Recorded(plan.EntryAnswer?.Response);
        Message? recordedOrigin = plan.Place is TargetPlace.Deeper ? await bodies.Recorded(plan.Origin?.Answer?.Response) : recordedAnswer;
        ReplayTarget target = TargetReader.Read(plan, requestBody, recordedAnswer, recordedOrigin);
        // 3
        WireRequest? request = target.RequestIncomplete is null
            ? ReplayRequestBuilder.Build(plan.EntryRequest!, requestBody ?? [], job.Ids, job.Supplied)
            : null;
        EntryAnswer entry = await Send(job, request, recordedAnswer, cancellationToken);
        // 4
        bool isWatched = request is not null && nodes.Count > 0 && (plan.Calls.Count > 0 || target.EntryMadeByProxy);
        IReadOnlyList<Exchange> observed = isWatched ? await observer.Observe(id, cancellationToken) : [];
        // 5
        using Activity? span = ReplayActivities.Compare(id);
        CallPairing pairing = CallPairing.Of(plan, observed);
        IEnumerable<CallPair> pairs = pairing.Entry is null ? pairing.Pairs : [pairing.Entry, .. pairing.Pairs];
        ReplayComparison comparison = ReplayComparison.Of(plan, target, entry, pairing, await bodies.Calls(pairs), Mask(plan, job.Ids, entry));
        // 6
        IReadOnlyList<ReplayReport> earlier = await journal.Replays(plan.Conversation.Id, 200);
        Decision decision = VerdictDecider.Decide(target, comparison.Observations with
        {
            DroppedCredentials = request?.DroppedCredentials ?? [],
            WaitedLongEnough = job.WaitsLongEnough,
            Baseline = ExternalBaseline.Find(earlier, plan.Entry.Hop.Id, job.Destination.Name),
        });
        return ReportWriter.Finished(job, decision, time.GetUtcNow()) with
        {
            // Nothing was sent, so nothing differs.
            Divergences = request is null ? [] : comparison.Divergences,
            Ignored = comparison.Ignored,
            Adjustments = request?.Adjustments ?? [],
            ReplayedStatus = entry.Answer.Status,
            ReplayedDurationMs = request is null ? null : entry.Answer.Duration.TotalMilliseconds,
            ObservedHops = pairing.Pairs.Count + pairing.Extra.Count + (pairing.Entry is null ? 0 : 1),
        };
    }

    private async Task<EntryAnswer> Send(ExternalJob job, WireRequest? request, Message? recorded, CancellationToken cancellationToken)
    {
        DateTimeOffset sentAt = time.GetUtcNow();
        if (request is null)
            return new EntryAnswer(new Answer { Outcome = AnswerOutcome.NotSent }, recorded, null, sentAt);
        string id = job.Ids.ReplayId;
        await journal.Append(id, new ReplayRequestSent(request.Adjustments, sentAt));
        sentAt = time.GetUtcNow();
        Answer answer;
        using (Activity? span = ReplayActivities.Send(job))
        {
            answer = await sender.Send(new CheckedConnector(job.Destination, request.UsesHttp2), request, job.Limit, options.Value.ResponseLimitBytes, cancellationToken);
            span?.SetTag("loop.replay.outcome", OutcomeText.Of(answer.Outcome));
        }

        // From here on only the redacted form exists: it is what was recorded, and what may be stored.
        answer = answer with { Headers = await journal.Redact(id, answer.Headers), Trailers = await journal.Redact(id, answer.Trailers) };
        string? body = answer.Body.IsEmpty ? null : await journal.StoreBody(id, answer.Body.ToArray());
        await journal.Append(id, new ReplayAnswered(answer.Status, OutcomeText.Of(answer.Outcome), body, answer.Duration.TotalMilliseconds, time.GetUtcNow()));
        HttpMessagePart? part = answer.ToExchange(null, sentAt).Response;
        return new EntryAnswer(answer, recorded, part is null ? null : new Message(part, answer.Body), sentAt);
    }

    private static RunMask Mask(ReplayPlan plan, ReplayIds ids, EntryAnswer entry)
    {
        IEnumerable<TraceKey> recorded = plan.Conversation.Keys.Select(text => TraceKey.TryParse(text, out TraceKey key) ? key : (TraceKey?)null).OfType<TraceKey>();
        RunMask mask = RunMask.Over([.. recorded, .. plan.EntryRequest?.Keys ?? [], .. ids.Keys]);
        return plan.EntryAnswer is { Duration: { } duration } answer
            ? mask.During((answer.StartedAt, answer.StartedAt + duration), (entry.SentAt, entry.SentAt + entry.Answer.Duration))
            : mask;
    }
}
