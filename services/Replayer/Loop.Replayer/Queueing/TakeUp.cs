using Loop.Contracts.Replays;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Queueing;

/// <summary>What a worker does with a replay whose turn has come. Decided from its stream alone, so that a crash at any moment leads to one known way on.</summary>
internal abstract record TakeUp
{
    /// <summary>A replay that was interrupted as often as this is not begun again: it may be what ends the replayer.</summary>
    public const int MaximumInterruptions = 3;

    /// <summary>It has ended, or never was.</summary>
    public sealed record Nothing : TakeUp;

    /// <summary>It is carried out.</summary>
    /// <param name="Attempt">From 1; more than 1 says that earlier ones were interrupted.</param>
    public sealed record Run(int Attempt) : TakeUp;

    /// <summary>It ends without a verdict about the failure.</summary>
    public sealed record End(SandboxFaultKind Kind, string Reason, string? NextStep = null) : TakeUp;

    /// <summary>Decides.</summary>
    /// <param name="progress">What its stream says.</param>
    /// <param name="isHeld">True when this process accepted it, and so has everything that is needed.</param>
    public static TakeUp Of(ReplayProgress? progress, bool isHeld) => progress switch
    {
        null or { Report.FinishedAt: not null } => new Nothing(),
        { IsCancelled: true } => new End(SandboxFaultKind.Cancelled, "on request"),
        { IsSent: true } => new End(
            SandboxFaultKind.HarnessError, "interrupted: the replayer was restarted when the request may have been sent already; it is not sent a second time",
            "look at the destination for what the request did there, then replay again"),
        { Attempts: >= MaximumInterruptions } => new End(
            SandboxFaultKind.HarnessError, $"interrupted {progress.Attempts} times: the replayer ended each time while this replay ran; it is not begun again",
            "look at the log of loopd and at the memory of the machine, then replay again"),
        _ when isHeld => new Run(progress.Attempts + 1),
        { Requested.Order: null } => new End(SandboxFaultKind.HarnessError, "the replayer was restarted while this replay ran"),
        { Requested.Order.Request: null } => new End(
            SandboxFaultKind.HarnessError, $"interrupted: the replayer was restarted before this replay had ended, and {progress.Requested.Order.Withheld}", "replay again"),
        _ => new Run(progress.Attempts + 1),
    };
}
