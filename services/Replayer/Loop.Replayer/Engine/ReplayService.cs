using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Hosting;
using Loop.Replayer.Ports;
using Loop.Replayer.Queueing;
using Loop.Replayer.Sandboxes;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Engine;

/// <summary>Accepts replays: everything that can be refused is refused here, before a stream exists.</summary>
internal sealed class ReplayService(
    ReplayJobs jobs, IReplayJournal journal, ReplayQueue queue, IBus bus, IReplayIdSource ids, ReplayHolders holders, IOptions<ReplayOptions> options, TimeProvider time)
{
    private const int EarlierReplays = 200;

    /// <summary>Accepts or refuses.</summary>
    public async Task<ReplayAcceptance> Accept(ReplayRequest request, CancellationToken cancellationToken)
    {
        (ReplayJob? job, ReplayRefusal? refusal) = await jobs.Make(request, ids.Next(), time.GetUtcNow(), cancellationToken);
        return job is null ? refusal! : await Enqueue(job, request);
    }

    /// <summary>Tells what a replay in a sandbox would do, or why it is refused; nothing happens.</summary>
    public async Task<(ReplayCheck? Check, ReplayRefusal? Refusal)> Check(ReplayRequest request, CancellationToken cancellationToken)
    {
        if (request.Sandbox is null)
            return (null, ReplayRefusal.Malformed("sandbox", "It is missing.", "Only a replay in a sandbox can be checked: give {\"conversation\":\"ID\",\"sandbox\":{\"file\":\"PATH\"}}."));
        (ReplayJob? prepared, ReplayRefusal? refusal) = await jobs.Make(request, ids.Next(), time.GetUtcNow(), cancellationToken);
        if (prepared is not SandboxJob job)
            return (null, refusal);
        SandboxConditions conditions = ConditionTexts.Of(job) with { Mask = job.Noise?.Mask?.Name ?? "" };
        string id = job.Plan.Conversation.Id;
        IReadOnlyList<ReplayBaseline> baselines = BaselineReports.Of(await journal.Replays(id, EarlierReplays), conditions, id);
        return (new ReplayCheck
        {
            ConversationId = id,
            Live = [.. job.LiveServices.Select(service => service.Name)],
            Judged = job.Choice.Judged?.Label,
            Conditions = conditions,
            Builds = BuildNames.Of(job.LiveServices, job.Folder, job.Request.Build),
            Baselines = baselines,
            RunsNeeded = baselines is [{ Row: not "H" } first, ..] ? new Baseline(first.ReproducedRuns, first.Runs).RunsNeeded : null,
        }, null);
    }

    private async Task<ReplayAcceptance> Enqueue(ReplayJob job, ReplayRequest request)
    {
        if (!queue.TryReserve())
            return ReplayRefusal.QueueFull(options.Value.QueueLimit);
        // Before it is durable: what is open and not here was accepted by an earlier process.
        queue.Fill(job);
        try
        {
            await journal.Request(new ReplayRequested(
                job.Ids.ReplayId, ConversationId.Parse(job.Plan.Conversation.Id), job.Plan.Entry.Hop.Id, job.DestinationName, job.Ids.Keys, job.RequestedAt)
            {
                Order = await ReplayOrders.Of(job, request, journal) with { Holder = holders.Self },
            });
            // Not cancelled with the caller: what is durable is carried out.
            await bus.SendReplay(job.Ids.ReplayId, CancellationToken.None);
        }
        catch
        {
            queue.Take(job.Ids.ReplayId);
            throw;
        }

        return new ReplayAcceptance.Accepted(ReportWriter.Accepted(job));
    }
}
