using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Destinations;
using Loop.Replayer.Hosting;
using Loop.Replayer.Ports;
using Loop.Replayer.Sandboxes;
using Loop.SandboxFiles;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Engine;

/// <summary>Accepts replays: everything that can be refused is refused here, before a stream exists.</summary>
internal sealed class ReplayService(
    IRecordings recordings, IReplayJournal journal, DestinationPolicy policy, ReplayQueue queue, IReplayIdSource ids, IOptions<ReplayOptions> options, TimeProvider time)
{
    private const int EarlierReplays = 200;

    /// <summary>Accepts or refuses.</summary>
    public async Task<ReplayAcceptance> Accept(ReplayRequest request, CancellationToken cancellationToken)
    {
        (ReplayJob? job, ReplayRefusal? refusal) = await Prepare(request, cancellationToken);
        return job is null ? refusal! : await Enqueue(job);
    }

    /// <summary>Tells what a replay in a sandbox would do, or why it is refused; nothing happens.</summary>
    public async Task<(ReplayCheck? Check, ReplayRefusal? Refusal)> Check(ReplayRequest request, CancellationToken cancellationToken)
    {
        if (request.Sandbox is null)
            return (null, ReplayRefusal.Malformed("sandbox", "It is missing.", "Only a replay in a sandbox can be checked: give {\"conversation\":\"ID\",\"sandbox\":{\"file\":\"PATH\"}}."));
        (ReplayJob? prepared, ReplayRefusal? refusal) = await Prepare(request, cancellationToken);
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

    private async Task<(ReplayJob? Job, ReplayRefusal? Refusal)> Prepare(ReplayRequest request, CancellationToken cancellationToken)
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
        return request.Sandbox is { } sandbox
            ? await PrepareSandbox(request, sandbox, plan!, exchanges)
            : await PrepareExternal(request, plan!, cancellationToken);
    }

    private async Task<(ReplayJob? Job, ReplayRefusal? Refusal)> PrepareExternal(ReplayRequest request, ReplayPlan plan, CancellationToken cancellationToken)
    {
        DestinationResult checkedDestination = await policy.Check(request.Destination!, cancellationToken);
        if (checkedDestination.Destination is not { } destination)
            return (null, ReplayRefusal.Destination(checkedDestination));
        TimeLimit limit = TimeLimit.For(plan.EntryRequest?.Duration, request.TimeoutSeconds, options.Value);
        return (new ExternalJob(ids.Next(), plan, destination, Headers(request), limit.Limit, limit.IsLongEnough, time.GetUtcNow()), null);
    }

    private async Task<(ReplayJob? Job, ReplayRefusal? Refusal)> PrepareSandbox(ReplayRequest request, SandboxReplay sandbox, ReplayPlan plan, IReadOnlyList<Exchange> exchanges)
    {
        (SandboxFile? file, ReplayRefusal? refusal) = SandboxFileAccess.Read(sandbox.File);
        if (file is null)
            return (null, refusal);
        (SandboxChoice? choice, refusal) = await SandboxChoices.Choose(sandbox, file, plan, recordings);
        if (choice is null)
            return (null, refusal);
        IEnumerable<HopView> scope = request.Hop is null ? plan.Conversation.Hops : plan.Calls.Select(call => call.Hop).Prepend(plan.Entry.Hop);
        LivePlan live = LivePlan.Of([.. scope], exchanges, choice.LiveServices);
        if (live.Drives.Count == 0)
            return (null, ReplayRefusal.NothingLive(plan.Conversation.Id, choice.LiveServices, plan.Conversation.Hops));
        SandboxJob job = new(ids.Next(), choice, live, sandbox, file, WithCredentials(Headers(request), file), request.TimeoutSeconds, time.GetUtcNow()) { FromHop = request.Hop, SuppliedHeaders = [.. Headers(request).Keys] };
        (LearnedNoise? noise, refusal) = await NoiseMasks.For(job, journal);
        return refusal is null ? (job with { Noise = noise }, null) : (null, refusal);
    }

    private async Task<ReplayAcceptance> Enqueue(ReplayJob job)
    {
        if (!queue.TryReserve())
            return ReplayRefusal.QueueFull(options.Value.QueueLimit);
        try
        {
            await journal.Request(new ReplayRequested(
                job.Ids.ReplayId, ConversationId.Parse(job.Plan.Conversation.Id), job.Plan.Entry.Hop.Id, job.DestinationName, job.Ids.Keys, job.RequestedAt));
        }
        catch
        {
            queue.Release();
            throw;
        }

        queue.Enqueue(job);
        return new ReplayAcceptance.Accepted(ReportWriter.Accepted(job));
    }

    private static IReadOnlyDictionary<string, string> Headers(ReplayRequest request) => request.Headers ?? new Dictionary<string, string>();

    // The person's word wins over the file's.
    private static Dictionary<string, string> WithCredentials(IReadOnlyDictionary<string, string> headers, SandboxFile file)
    {
        Dictionary<string, string> all = new(headers, StringComparer.OrdinalIgnoreCase);
        foreach (SandboxCredential credential in file.Credentials.Where(credential => credential.Environment is not null))
            all.TryAdd(credential.Header, Environment.GetEnvironmentVariable(credential.Environment!)!);
        return all;
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
