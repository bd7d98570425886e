using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Core.Mesh;

/// <summary>What proxies did to one hop beside carrying it: they ended it at a time limit, or tried it again. The sandbox has no proxies; its agent does the same.</summary>
public sealed record ProxyPart
{
    /// <summary>When the call was ended, from its beginning, all tries together; null when it was not.</summary>
    public TimeSpan? Limit { get; init; }

    /// <summary>What the caller was answered at <see cref="Limit"/>, before the callee had sent headers; null when nothing of it was kept.</summary>
    public Message? LimitAnswer { get; init; }

    /// <summary>
    /// How long the callee is listened to after <see cref="Limit"/>, unknown to its caller: an answer that comes then was so near to the limit that a slower machine
    /// alone may explain it. Zero resets the call at the limit, as the proxy did.
    /// </summary>
    public TimeSpan Watch { get; init; }

    /// <summary>The tries of the call, in their order; empty when there was one.</summary>
    public IReadOnlyList<ProxyAttempt> Attempts { get; init; } = [];

    /// <summary>When the proxy gave up a try and made the next one, from the beginning of the try; null when it never did.</summary>
    public TimeSpan? TryLimit { get; init; }

    /// <summary>
    /// True when the call is tried again, as it was in the recording: so often and no more, and after such ends only as the proxy was seen to try again after. What
    /// its rule says of others is not known.
    /// </summary>
    /// <param name="number">Which try it was, from 0.</param>
    /// <param name="answer">What came of it.</param>
    public bool TriesAgain(int number, Answer answer) => number + 1 < Attempts.Count && Attempts.SkipLast(1).Any(attempt => attempt.EndedLike(answer));
}

/// <summary>One try of a call that a proxy made several times.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Status">HTTP status; null when no headers came, or nobody saw them.</param>
/// <param name="GrpcStatus">gRPC status; null without one.</param>
/// <param name="Pause">How long the proxy waited before the next one.</param>
public sealed record ProxyAttempt(AttemptEnd End, int? Status, int? GrpcStatus, TimeSpan Pause)
{
    internal bool EndedLike(Answer answer)
    {
        Exchange live = answer.ToExchange(null, DateTimeOffset.UnixEpoch);
        return End switch
        {
            AttemptEnd.GivenUp => answer.EndedByProxy,
            AttemptEnd.Reset => !answer.EndedByProxy && answer.Outcome is AnswerOutcome.HeadersReset or AnswerOutcome.ConnectRefused or AnswerOutcome.ConnectUnreachable,
            // A healthy answer is tried again by no proxy, whatever the recording seems to say.
            AttemptEnd.Answered => live.Status() == Status && live.GrpcStatus() == GrpcStatus && !Sights.IsHealthy(live),
            _ => FailureRule.Match(live) is not null,
        };
    }
}

/// <summary>How a try ended.</summary>
public enum AttemptEnd
{
    /// <summary>Nobody saw it.</summary>
    Unseen,

    /// <summary>Headers came.</summary>
    Answered,

    /// <summary>Refused, closed or reset before headers.</summary>
    Reset,

    /// <summary>The proxy did not wait any longer.</summary>
    GivenUp,
}
