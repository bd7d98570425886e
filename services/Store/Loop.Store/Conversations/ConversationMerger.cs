using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Packs;
using Microsoft.Extensions.Hosting;

namespace Loop.Store.Conversations;

/// <summary>
/// Moves a conversation into the older one that it is a part of: copy first, then the alias, so that a crash in between loses nothing and the next start,
/// which finds the shared key again, does the rest.
/// </summary>
public sealed class ConversationMerger(MergeQueue queue, IGrainFactory grains, IPackStore packs, ArrivalRecorder recorder, GrainTelemetry telemetry) : BackgroundService
{
    private const int MaxRounds = 10;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (MergeRequest request in queue.Requests.ReadAllAsync(stoppingToken))
        {
            try
            {
                await Merge(request.From.Value, request.Into.Value, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                telemetry.MergeFailed(request.From.Value, request.Into.Value, exception);
            }
        }
    }

    private async Task Merge(string from, string into, CancellationToken cancellationToken)
    {
        IConversationIntake source = grains.GetGrain<IConversationIntake>(from);
        into = await Resolve(into);
        if (from == into)
            return;
        for (int round = 0; round < MaxRounds; round++)
        {
            ConversationProgress progress = await source.BeginMerge();
            if (progress.State is not ConversationState.Open)
                return;
            foreach (int segment in progress.Segments)
                await recorder.Record(into, await Read(from, segment, cancellationToken), cancellationToken);
            foreach (Trigger trigger in progress.Triggers)
                await grains.GetGrain<IConversationGrain>(into).Trigger(trigger, progress.Generation);
            if (await source.MergeInto(into, progress.Recorded))
                return;
        }
    }

    private async Task<string> Resolve(string id)
    {
        while ((await grains.GetGrain<IConversationIntake>(id).Progress()).MergedInto is { } into)
            id = into;
        return id;
    }

    private async Task<List<CapturedExchange>> Read(string id, int segment, CancellationToken cancellationToken)
    {
        string owner = ConversationJournal.Owner(id);
        var exchanges = new List<CapturedExchange>();
        foreach (Exchange head in await packs.ReadHeads(owner, segment, cancellationToken))
        {
            exchanges.Add(new CapturedExchange(
                head,
                await Body(owner, head.Request, cancellationToken),
                await Body(owner, head.Response, cancellationToken)));
        }

        return exchanges;
    }

    private async Task<ReadOnlyMemory<byte>> Body(string owner, HttpMessagePart? part, CancellationToken cancellationToken) =>
        part?.Body.Sha256 is { } sha256 ? await packs.ReadBody(owner, sha256, cancellationToken) : ReadOnlyMemory<byte>.Empty;
}
