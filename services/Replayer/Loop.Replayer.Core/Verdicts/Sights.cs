using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>Says how a replayed exchange stands to the recorded one.</summary>
public static class Sights
{
    /// <summary>The answer that came back to us.</summary>
    public static Sight OfAnswer(Exchange recorded, Message? recordedResponse, Answer answer, Message? replayedResponse, IReadOnlyList<Divergence> divergences)
    {
        // A limit of our own is never the end that was recorded.
        if (answer.Outcome is AnswerOutcome.HeadersTimedOut or AnswerOutcome.BodyTimedOut)
            return Sight.OtherEnd;
        return OfExchange(recorded, recordedResponse, answer.ToExchange(recorded.Request, recorded.StartedAt), replayedResponse, divergences);
    }

    /// <summary>An exchange that a capture node saw in the replay.</summary>
    public static Sight OfExchange(Exchange recorded, Message? recordedResponse, Exchange replayed, Message? replayedResponse, IReadOnlyList<Divergence> divergences)
    {
        EndKind before = FailureIdentity.EndOf(recorded);
        bool sameStatus = recorded.Status() == replayed.Status() && recorded.GrpcStatus() == replayed.GrpcStatus();
        if (before != FailureIdentity.EndOf(replayed) || !sameStatus)
            return IsHealthy(replayed) ? Sight.Healthy : Sight.OtherEnd;
        if (before is EndKind.Answered && !FailureIdentity.IsEqual(recordedResponse, replayedResponse, divergences))
            return Sight.OtherIdentity;
        bool midBody = before is EndKind.ResetMidBody or EndKind.TimedOutMidBody;
        return midBody && !ShareBeginning(recordedResponse, replayedResponse) ? Sight.OtherIdentity : Sight.Same;
    }

    // How many bytes came before the break is a matter of buffers; which bytes is a matter of the service.
    private static bool ShareBeginning(Message? recorded, Message? replayed)
    {
        ReadOnlySpan<byte> before = recorded is null ? default : recorded.Body.Span;
        ReadOnlySpan<byte> after = replayed is null ? default : replayed.Body.Span;
        return before.StartsWith(after) || after.StartsWith(before);
    }

    /// <summary>A status below 400 that no failure rule fires on. A refusal such as 404 is no failure, but no proof of health either.</summary>
    public static bool IsHealthy(Exchange exchange) =>
        FailureRule.Match(exchange) is null && exchange.Status() is < 400 && exchange.GrpcStatus() is null or 0;
}
