using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Credentials;
using Loop.Replayer.Destinations;
using Loop.Replayer.Hosting;
using Loop.Replayer.Ports;
using Loop.Replayer.Sandboxes;
using Loop.SandboxFiles;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Engine;

/// <summary>Makes the job of a request, or says why it is refused. The same request makes the same job again as long as nothing that it names has changed.</summary>
internal sealed class ReplayJobs(IRecordings recordings, IReplayJournal journal, DestinationPolicy policy, IOptions<ReplayOptions> options)
{
    /// <summary>The job, or why there is none.</summary>
    public async Task<(ReplayJob? Job, ReplayRefusal? Refusal)> Make(ReplayRequest request, ReplayIds ids, DateTimeOffset requestedAt, CancellationToken cancellationToken)
    {
        if (RequestRules.Fault(request, options.Value) is { } fault)
            return (null, fault);
        string prefix = request.Conversation.ToLowerInvariant();
        IReadOnlyList<string> found = await recordings.Find(prefix);
        if (found.Count != 1)
            return (null, found.Count == 0 ? ReplayRefusal.UnknownConversation(prefix) : ReplayRefusal.AmbiguousConversation(prefix, found));
        if (await recordings.Describe(found[0]) is not { } conversation)
            return (null, ReplayRefusal.UnknownConversation(prefix));
        IReadOnlyList<Exchange> exchanges = await recordings.Exchanges(conversation.Id);
        PlanResult planned = request.Sandbox is null ? ReplayPlanner.Plan(conversation, exchanges, request.Hop) : ReplayPlanner.PlanSandbox(conversation, exchanges, request.Hop);
        if (Refusal(planned, conversation, out ReplayPlan? plan) is { } refusal)
            return (null, refusal);
        (ReplayJob? job, ReplayRefusal? refused) = request.Sandbox is { } sandbox
            ? await Sandbox(request, sandbox, plan!, exchanges, ids, requestedAt)
            : await External(request, plan!, ids, requestedAt, cancellationToken);
        return (job is null ? null : job with { Exchanges = exchanges }, refused);
    }

    private async Task<(ReplayJob?, ReplayRefusal?)> External(ReplayRequest request, ReplayPlan plan, ReplayIds ids, DateTimeOffset requestedAt, CancellationToken cancellationToken)
    {
        DestinationResult checkedDestination = await policy.Check(request.Destination!, cancellationToken);
        if (checkedDestination.Destination is not { } destination)
            return (null, ReplayRefusal.Destination(checkedDestination));
        TimeLimit limit = TimeLimit.For(plan.EntryRequest?.Duration, request.TimeoutSeconds, options.Value);
        return (new ExternalJob(ids, plan, destination, Headers(request), limit.Limit, limit.IsLongEnough, requestedAt), null);
    }

    private async Task<(ReplayJob?, ReplayRefusal?)> Sandbox(
        ReplayRequest request, SandboxReplay sandbox, ReplayPlan plan, IReadOnlyList<Exchange> exchanges, ReplayIds ids, DateTimeOffset requestedAt)
    {
        (SandboxFile? file, string sha256, ReplayRefusal? refusal) = SandboxFileAccess.Read(sandbox.File);
        if (file is null)
            return (null, refusal);
        (SandboxChoice? choice, refusal) = await SandboxChoices.Choose(sandbox, file, plan, recordings);
        if (choice is null)
            return (null, refusal);
        IEnumerable<HopView> scope = request.Hop is null ? plan.Conversation.Hops : plan.Calls.Select(call => call.Hop).Prepend(plan.Entry.Hop);
        LivePlan live = LivePlan.Of([.. scope.Where(hop => !KeyAnswers.IsFetch(file, hop))], exchanges, choice.LiveServices, request.Hop is null ? null : plan.Entry.Hop.Id);
        if (live.Drives.Count == 0)
            return (null, ReplayRefusal.NothingLive(plan.Conversation.Id, choice.LiveServices, plan.Conversation.Hops));
        (SandboxChoice? changed, refusal) = await WhatIfChoice.Read(sandbox, choice, live, exchanges, recordings);
        if (changed is null)
            return (null, refusal);
        (IReadOnlyList<string> before, refusal) = await Preludes.Resolve(sandbox.Before, recordings);
        if (refusal is not null)
            return (null, refusal);
        SandboxJob job = new(ids, changed, live, sandbox with { Before = before }, file, Headers(request), request.TimeoutSeconds, requestedAt) { FromHop = request.Hop, SuppliedHeaders = [.. Headers(request).Keys] };
        (DescriptorSet? types, refusal) = SandboxChoices.Descriptors(job.LiveServices, job.Folder);
        if (types is null)
            return (null, refusal);
        job = job with { Descriptors = types };
        (LearnedNoise? noise, refusal) = await NoiseMasks.For(job, journal);
        return refusal is null ? (job with { FileSha256 = sha256, Noise = noise }, null) : (null, refusal);
    }

    private static IReadOnlyDictionary<string, string> Headers(ReplayRequest request) => request.Headers ?? new Dictionary<string, string>();

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
