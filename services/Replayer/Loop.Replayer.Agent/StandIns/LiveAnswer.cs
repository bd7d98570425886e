using Loop.Replayer.Core.Answers;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Hands a live callee's answer to its caller.</summary>
internal static class LiveAnswer
{
    public static Task Play(ICallExchange exchange, Answer answer)
    {
        if (answer.Status is not { } status)
        {
            // Refused, reset or silent: a caller without a proxy between would see its connection end.
            if (answer is { Outcome: AnswerOutcome.HeadersReset, ByReset: false } && !exchange.IsHttp2)
                return exchange.BreakOff(byReset: false, exchange.Aborted).AsTask();
            exchange.Reset();
            return Task.CompletedTask;
        }

        bool breaksOff = answer.Outcome is not AnswerOutcome.Answered || answer.BodyTruncated;
        AnswerStart start = new(status, answer.Headers, breaksOff ? null : answer.Body.Length, answer.Trailers.Count > 0);
        return PlayedAnswer.Write(exchange, start, answer.Body, answer.Trailers, breaksOff ? answer.ByReset ? AnswerBreak.Reset : AnswerBreak.End : AnswerBreak.None);
    }
}
