using Loop.Replayer.Core.Answers;

namespace Loop.Replayer.Engine;

/// <summary>Names of outcomes as they are stored.</summary>
internal static class OutcomeText
{
    public static string Of(AnswerOutcome outcome) => outcome switch
    {
        AnswerOutcome.NotSent => "not sent",
        AnswerOutcome.Answered => "answered",
        AnswerOutcome.ConnectRefused => "connect refused",
        AnswerOutcome.ConnectUnreachable => "connect unreachable",
        AnswerOutcome.ConnectTimedOut => "connect timed out",
        AnswerOutcome.TlsFailed => "tls failed",
        AnswerOutcome.HeadersReset => "headers reset",
        AnswerOutcome.HeadersTimedOut => "headers timed out",
        AnswerOutcome.HeadersGarbage => "headers garbage",
        AnswerOutcome.BodyReset => "body reset",
        AnswerOutcome.BodyTimedOut => "body timed out",
        AnswerOutcome.BodyGarbage => "body garbage",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "An outcome without a name."),
    };
}
