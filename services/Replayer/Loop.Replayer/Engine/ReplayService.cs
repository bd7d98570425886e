using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Destinations;
using Loop.Replayer.Hosting;
using Loop.Replayer.Ports;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Engine;

/// <summary>Accepts replays: everything that can be refused is refused here, before a stream exists.</summary>
internal sealed class ReplayService(
    IRecordings recordings, IReplayJournal journal, DestinationPolicy policy, ReplayQueue queue, IReplayIdSource ids, IOptions<ReplayOptions> options, TimeProvider time)
{
    /// <summary>Accepts or refuses.</summary>
    public async Task<ReplayAcceptance> Accept(ReplayRequest request, CancellationToken cancellationToken)
    {
        if (RequestRules.Fault(request, options.Value) is { } fault)
            return fault;
        string prefix = request.Conversation.ToLowerInvariant();
        IReadOnlyList<string> found = await recordings.Find(prefix);
        if (found.Count != 1)
            return found.Count == 0 ? ReplayRefusal.UnknownConversation(prefix) : ReplayRefusal.AmbiguousConversation(prefix, found);
        if (await recordings.Describe(found[0]) is not { } conversation)
            return ReplayRefusal.UnknownConversation(prefix);
        if (Refusal(ReplayPlanner.Plan(conversation, await recordings.Exchanges(conversation.Id), request.Hop), conversation, out ReplayPlan? plan) is { } refusal)
            return refusal;
        DestinationResult checkedDestination = await policy.Check(request.Destination, cancellationToken);
        if (checkedDestination.Destination is not { } destination)
            return ReplayRefusal.Destination(checkedDestination);
        return queue.TryReserve() ? await Enqueue(request, plan!, destination) : ReplayRefusal.QueueFull(options.Value.QueueLimit);
    }

    private async Task<ReplayAcceptance> Enqueue(ReplayRequest request, ReplayPlan plan, Destination destination)
    {
        TimeLimit limit = TimeLimit.For(plan.EntryRequest?.Duration, request.TimeoutSeconds, options.Value);
        ReplayJob job = new(ids.Next(), plan, destination, request.Headers ?? new Dictionary<string, string>(), limit.Limit, limit.IsLongEnough, time.GetUtcNow());
        try
        {
            await journal.Request(new ReplayRequested(
                job.Ids.ReplayId, ConversationId.Parse(plan.Conversation.Id), plan.Entry.Hop.Id, destination.Name, job.Ids.Keys, job.RequestedAt));
        }
        catch
        {
            queue.Release();
            throw;
        }

        queue.Enqueue(job);
        return new ReplayAcceptance.Accepted(ReportWriter.Accepted(job));
    }

    private static ReplayRefusal? Refusal(PlanResult result, ConversationDetail conversation, out ReplayPlan? plan)
    {
        plan = (result as PlanResult.Planned)?.Plan;
        return result switch
        {
            PlanResult.Planned => null,
            PlanResult.StillOpen => ReplayRefusal.StillOpen(conversation.Id),
            PlanResult.SeveralRoots several => ReplayRefusal.SeveralRoots(conversation.Id, several.Roots),
            PlanResult.UnknownHop unknown => ReplayRefusal.UnknownHop(conversation.Id, unknown.Asked, unknown.Hops),
            _ => ReplayRefusal.NothingRecorded(conversation.Id),
        };
    }
}
