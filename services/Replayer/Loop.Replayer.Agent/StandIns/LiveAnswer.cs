using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.StandIns;
using Microsoft.AspNetCore.Http;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Hands a live callee's answer to its caller.</summary>
internal static class LiveAnswer
{
    public static Task Play(HttpContext context, Answer answer, ServedCall served)
    {
        if (answer.Status is not { } status)
        {
            // Refused, reset or silent: a caller without a proxy between would see its connection end.
            context.Abort();
            return Task.CompletedTask;
        }

        return PlayedAnswer.Write(context, status, answer.Headers, answer.Body, answer.Trailers, breaksOff: answer.Outcome is not AnswerOutcome.Answered || answer.BodyTruncated, served);
    }
}
