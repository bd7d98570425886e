using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Packs;
using Microsoft.Extensions.Hosting;

namespace Loop.Store.Conversations;

/// <summary>
/// Moves a conversation into the older one that it is a part of: copy first, then the alias, so that a crash in between loses nothing and the next start,
/// which finds the shared key again, does the rest.
/// </summary>
public sealed class ConversationMerger(MergeQueue queue, IGrainFactory grains, IPackStore packs, ArrivalRecorder recorder, GrainTelemetry telemetry, TimeProvider time) : BackgroundService
{
    private const int MaxRounds = 10;
    private const int MaxTries = 5;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (MergeRequest request in queue.Requests.ReadAllAsync(stoppingToken))
        {
            // Nobody asks for a merge twice: one that is given up leaves one trace in two conversations.
            for (int tries = 1; !await TryMerge(request, stoppingToken) && tries < MaxTries; tries++)
                await Task.Delay(RetryAfter, time, stoppingToken);
        }
    }

    private async Task<bool> TryMerge(MergeRequest request, CancellationToken stoppingToken)
    {
        try
        {
            await Merge(request.From.Value, request.Into.Value, stoppingToken);
            return true;
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            telemetry.MergeFailed(request.From.Value, request.Into.Value, exception);
            return false;
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

            // Triggers first: the older one may have its place in the directory and not its first fact yet, and what is not kept takes no exchanges.
            foreach (Trigger trigger in progress.Triggers)
                await grains.GetGrain<IConversationGrain>(into).Trigger(trigger, progress.Generation);
            foreach (int segment in progress.Segments)
                await Copy(into, await Read(from, segment, cancellationToken), cancellationToken);
            if (await source.MergeInto(into, progress.Recorded))
                return;
        }

        throw new InvalidOperationException($"More came to conversation {from} in each of {MaxRounds} rounds of copying.");
    }

    private async Task Copy(string into, List<CapturedExchange> exchanges, CancellationToken cancellationToken)
    {
        if (await recorder.Record(into, exchanges, cancellationToken) is not ArrivalOutcome.Recorded)
            throw new InvalidOperationException($"Conversation {into} takes no exchanges.");
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
