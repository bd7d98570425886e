using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Engine;

/// <summary>Writes reports.</summary>
internal static class ReportWriter
{
    // How far a verdict about an external destination reaches. That of a sandbox is known when it was made.
    private const string ExternalEvidence = "entry", UnknownEvidence = "unknown";

    /// <summary>The report of a replay that waits for its turn.</summary>
    public static ReplayReport Accepted(ReplayJob job) => new()
    {
        Id = job.Ids.ReplayId,
        ConversationId = job.Plan.Conversation.Id,
        Destination = job.DestinationName,
        HopId = job.Plan.Entry.Hop.Id,
        StartedAt = job.RequestedAt,
        Stage = "preparing",
        Evidence = job is SandboxJob ? UnknownEvidence : ExternalEvidence,
        RecordedStatus = job.Plan.EntryAnswer?.Status(),
        RecordedDurationMs = job.Plan.EntryAnswer?.Duration?.TotalMilliseconds,
        // However it ends, nobody may take it for a replay of what was recorded.
        Sandbox = job is SandboxJob { Choice.WhatIf: { IsEmpty: false } whatIf } sandbox
            ? new SandboxReport { File = sandbox.Request.File, Live = [.. sandbox.LiveServices.Select(service => service.Name)], WhatIf = whatIf.Texts }
            : null,
    };

    /// <summary>The report of a replay that ended with this decision.</summary>
    public static ReplayReport Finished(ReplayJob job, Decision decision, DateTimeOffset now) => Close(Accepted(job), decision, now);

    /// <summary>Closes a report.</summary>
    public static ReplayReport Close(ReplayReport open, Decision decision, DateTimeOffset now) => open with
    {
        FinishedAt = now,
        Stage = "finished",
        Verdict = decision.Verdict,
        Row = decision.Row,
        Reason = decision.Reason,
        NextStep = decision.NextStep,
    };
}
