using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Engine;

namespace Loop.Replayer.Queueing;

/// <summary>Makes the job of a replay that an earlier process accepted, as long as it would still be the same replay.</summary>
internal sealed class ReplayResumption(ReplayJobs jobs, IReplayIdSource ids)
{
    private const string Again = "replay again";

    /// <summary>The job, or why there is none any more.</summary>
    /// <param name="progress">With a stored request.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<(ReplayJob? Job, TakeUp.End? End)> Make(ReplayProgress progress, CancellationToken cancellationToken)
    {
        ReplayOrder order = progress.Requested.Order!;
        ReplayIds own = ReplayIds.Again(progress.Requested.Id, progress.Requested.Keys, ids.Next());
        ReplayRequest request = Stored(progress)!;
        (ReplayJob? job, ReplayRefusal? refusal) = await jobs.Make(request, own, progress.Requested.At, cancellationToken);
        if (job is null)
            return (null, Ended($"and it would be refused now: {refusal!.Detail}", refusal.Remedy));
        string[] changed = [.. Changes(order, ReplayDigests.Of(job))];
        return changed.Length == 0 ? (job, null) : (null, Ended($"and {string.Join(" and ", changed)} changed since it was accepted", Again));
    }

    /// <summary>The report of a replay that ends without a job. What was put into it stays marked: nobody may take it for a replay of what was recorded.</summary>
    public static ReplayReport OpenReport(ReplayProgress progress) => progress.Requested.Order?.Marked() is { } marked ? progress.Report with { Sandbox = marked } : progress.Report;

    private static ReplayRequest? Stored(ReplayProgress progress) => progress.Requested.Order?.Request?.Deserialize<ReplayRequest>(LoopJson.Options);

    private static TakeUp.End Ended(string why, string next) =>
        new(SandboxFaultKind.HarnessError, $"interrupted: the replayer was restarted before this replay had ended, {why}", next);

    private static IEnumerable<string> Changes(ReplayOrder accepted, ReplayOrder now)
    {
        if (accepted.SandboxFileSha256 != now.SandboxFileSha256)
            yield return "the sandbox file";
        if (accepted.RecordingSha256 != now.RecordingSha256)
            yield return "the conversation";
        // A change of the file or the conversation shows in the plan too.
        if (accepted.PlanSha256 != now.PlanSha256 && accepted.RecordingSha256 == now.RecordingSha256 && accepted.SandboxFileSha256 == now.SandboxFileSha256)
            yield return "what is driven or judged";
    }
}
