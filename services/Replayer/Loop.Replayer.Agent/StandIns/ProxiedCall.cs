using System.Globalization;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Mesh;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Wire;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>
/// Makes one call to a live service the way the recorded proxies made it: tries again where they did, and ends it when they ended it. Whoever sends gets a limit
/// and reports what came within it.
/// </summary>
/// <param name="hop">The recorded hop.</param>
/// <param name="part">What the proxies did.</param>
/// <param name="relay">The caller's side, which is passed the answer as it comes; null gives it the answer as a whole. A call that may be tried again has none.</param>
/// <param name="limitBytes">Bytes kept of an answer.</param>
/// <param name="send">Makes one try, for at most so long; what does not come in time is an answer that timed out.</param>
/// <param name="tell">Told of limits whose callee is listened to further.</param>
/// <param name="time">Clock.</param>
internal sealed class ProxiedCall(string hop, ProxyPart part, IRelayedCall? relay, int limitBytes, ProxiedCall.Sender send, Action<RunFact> tell, TimeProvider time)
{
    /// <summary>Makes one try.</summary>
    public delegate Task<Answer> Sender(TimeSpan limit, IRelayedCall? relay, CancellationToken cancellationToken);

    private readonly List<Answer> _attempts = [];
    private readonly long _start = time.GetTimestamp();

    /// <summary>Ends when the callee is not listened to any longer, which may be after its caller has its answer.</summary>
    public Task Listening { get; private set; } = Task.CompletedTask;

    /// <summary>What the caller gets.</summary>
    /// <param name="patience">Longest wait where no proxy had a limit.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    public async Task<LiveOutcome> Run(TimeSpan patience, CancellationToken cancellationToken)
    {
        while (true)
        {
            Answer answer = await Try(patience, cancellationToken);
            _attempts.Add(answer);
            if (!part.TriesAgain(_attempts.Count - 1, answer) || IsOver)
                return new LiveOutcome(answer, part.Attempts.Count > 1 ? _attempts : []);
            await Task.Delay(part.Attempts[_attempts.Count - 1].Pause, time, cancellationToken);
        }
    }

    private bool IsOver => part.Limit is { } limit && time.GetElapsedTime(_start) >= limit;

    private async Task<Answer> Try(TimeSpan patience, CancellationToken cancellationToken)
    {
        TimeSpan left = part.Limit is { } whole ? Positive(whole - time.GetElapsedTime(_start)) : patience;
        bool mayTryAgain = _attempts.Count + 1 < part.Attempts.Count;
        if (mayTryAgain && part.TryLimit is { } limit && limit < left)
            return Ended(await send(limit, relay, cancellationToken), null);
        // Our own limit, where it is shorter, is no proxy's.
        if (part.Limit is null || patience < left)
            return await send(patience, relay, cancellationToken);
        return part.Watch > TimeSpan.Zero ? await Watch(left, cancellationToken) : Ended(await send(left, relay, cancellationToken), part.LimitAnswer);
    }

    private async Task<Answer> Watch(TimeSpan left, CancellationToken cancellationToken)
    {
        long begun = time.GetTimestamp();
        LimitGate gate = new(relay, limitBytes);
        CancellationTokenSource calling = new();
        Task<Answer> sending = send(left + part.Watch, gate, calling.Token);
        // A caller that leaves before the limit takes the call with it; after the limit it is ours.
        await using (cancellationToken.Register(calling.Cancel))
        {
            using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(sending, Task.Delay(left, time, ended.Token));
            ended.Cancel();
        }

        // A limit and an answer in the same moment: the answer was there.
        if (sending.IsCompleted || cancellationToken.IsCancellationRequested)
        {
            using (gate)
            using (calling)
                return await sending;
        }

        Answer? passed = await gate.Close();
        TimeSpan duration = time.GetElapsedTime(begun);
        tell(new LimitPlayed(hop, time.GetUtcNow()));
        Listening = Listen(sending, left, begun, gate, calling);
        // What had passed the proxy could not be taken back: its caller got no answer of the proxy's, but one that broke off.
        return passed is null ? Played(part.LimitAnswer, duration) : passed with { Duration = duration, EndedByProxy = true };
    }

    private async Task Listen(Task<Answer> sending, TimeSpan left, long begun, LimitGate gate, CancellationTokenSource calling)
    {
        using LimitGate ownedGate = gate;
        using CancellationTokenSource owned = calling;
        Answer late = await sending;
        string? answered = late.Outcome switch
        {
            AnswerOutcome.HeadersTimedOut or AnswerOutcome.ConnectTimedOut => null,
            AnswerOutcome.BodyTimedOut => "headers, and no end of the body",
            _ => late.Status is { } status ? string.Create(CultureInfo.InvariantCulture, $"status {status}") : late.Detail ?? late.Outcome.ToString(),
        };
        tell(new LimitWatched(new WatchedLimit(hop, Positive(time.GetElapsedTime(begun) - left), answered), time.GetUtcNow()));
    }

    // What the limit of a try or of the call cut off; anything else came in time.
    private static Answer Ended(Answer answer, Message? instead) => answer.Outcome switch
    {
        AnswerOutcome.HeadersTimedOut or AnswerOutcome.ConnectTimedOut => Played(instead, answer.Duration),
        // Its beginning has passed to the caller already.
        AnswerOutcome.BodyTimedOut => answer with { Outcome = AnswerOutcome.BodyReset, EndedByProxy = true },
        _ => answer,
    };

    private static Answer Played(Message? answer, TimeSpan duration) => answer is not null && int.TryParse(answer.Part.Header(":status"), NumberStyles.None, CultureInfo.InvariantCulture, out int status)
        ? new Answer
        {
            Outcome = AnswerOutcome.Answered,
            Status = status,
            Headers = [.. answer.Part.Headers.Where(field => !field.Name.StartsWith(':'))],
            Trailers = answer.Part.Trailers,
            Body = answer.Body,
            Duration = duration,
            EndedByProxy = true,
        }
        : new Answer { Outcome = AnswerOutcome.HeadersReset, Duration = duration, Detail = "the recorded time limit", EndedByProxy = true };

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;
}
