using Loop.Replayer.Core.Answers;

namespace Loop.Replayer.Core.Verdicts.Rows;

/// <summary>Nothing that was seen may be believed.</summary>
internal static class SandboxRows
{
    /// <summary>The sandbox or the way to the destination is broken.</summary>
    public static Decision? V1(Situation at)
    {
        if (at.Seen.Fault is { } fault)
            return Decision.Inconclusive("V1", $"sandbox: {What(fault.Kind)}: {fault.Detail}", Cure(fault.Kind));
        if (at.Seen.Control is ControlResult.Failed)
            return Decision.Inconclusive("V1", "sandbox: control: a healthy conversation of the same route fails in this sandbox",
                "compare the control's answer with its recording; correct environment, state or build in the sandbox file");
        return Unreachable(at) is { } reason
            ? Decision.Inconclusive("V1", $"sandbox: {reason}{at.Detail}", at.IsSandbox
                ? "read the log of the service; correct its command or port in the sandbox file"
                : "start the service under test, or correct --destination, and replay again")
            : null;
    }

    private static string? Unreachable(Situation at) => at.Seen.Outcome switch
    {
        AnswerOutcome.ConnectRefused => "nothing listens at the destination",
        AnswerOutcome.ConnectUnreachable => "the destination cannot be reached",
        AnswerOutcome.ConnectTimedOut => "the destination did not accept a connection in time",
        AnswerOutcome.TlsFailed => "TLS with the destination failed",
        AnswerOutcome.HeadersGarbage => "the destination does not answer in HTTP of the recorded version",
        AnswerOutcome.BodyGarbage => "the destination broke HTTP's framing",
        AnswerOutcome.NotSent when at.Target.RequestIncomplete is null && at.Target.JudgedIsLive => "nothing was sent",
        _ => null,
    };

    private static string What(SandboxFaultKind kind) => kind switch
    {
        SandboxFaultKind.Cancelled => "cancelled",
        SandboxFaultKind.Unhealthy => "not ready",
        SandboxFaultKind.SeedFailed => "the declared state could not be made",
        SandboxFaultKind.ServiceDied => "a service ended before the entry was sent",
        SandboxFaultKind.ValuesChanged => "values were changed by hand in a debugger",
        SandboxFaultKind.RecordingUnreadable => "the recording cannot be read",
        _ => "harness error",
    };

    private static string Cure(SandboxFaultKind kind) => kind switch
    {
        SandboxFaultKind.Cancelled => "replay again",
        SandboxFaultKind.Unhealthy or SandboxFaultKind.ServiceDied => "read the log of the service; correct its command, environment or health check in the sandbox file",
        SandboxFaultKind.SeedFailed => "run the seed by hand, and correct state: in the sandbox file",
        SandboxFaultKind.ValuesChanged => "replay without changing values",
        SandboxFaultKind.RecordingUnreadable => "restore the data folder from a backup, or start the Loop that wrote it",
        _ => "replay again; if it stays, report the replay's id",
    };
}
