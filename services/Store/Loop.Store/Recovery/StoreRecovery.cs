using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Store.Conversations;
using Loop.Store.Core.Conversations;
using Loop.Store.Core.Events;
using Loop.Store.Core.ReadModels;
using Loop.Store.Replays;
using Orleans.Runtime;

namespace Loop.Store.Recovery;

/// <summary>
/// The start: (1) the index catches up with the events, (2) segments that no event names are removed, (3) every unsealed conversation is woken and finished.
/// A conversation whose files are damaged is told of and passed over; all others are served.
/// </summary>
public sealed class StoreRecovery(
    IndexCatchUp catchUp,
    OrphanSweep sweep,
    IConversationIndex index,
    IGrainFactory grains,
    StoreReadiness readiness,
    RecoveryLog log) : ILifecycleParticipant<ISiloLifecycle>
{
    // A late exchange of a sealed conversation may have left an orphan with no event after the checkpoint. Late ones come within seconds of the seal, so
    // that the newest conversations are all that can have one.
    private const int RecentlySealed = 500;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle)
    {
        // Before grains can be called, so that nothing is appended while the index catches up.
        lifecycle.Subscribe(nameof(IndexCatchUp), ServiceLifecycleStage.ApplicationServices, CatchUp);
        lifecycle.Subscribe(nameof(StoreRecovery), ServiceLifecycleStage.Active, Resume);
    }

    private async Task CatchUp(CancellationToken cancellationToken)
    {
        HashSet<StreamName> touched = await catchUp.Run(cancellationToken);
        foreach (string id in await index.Open(cancellationToken))
            await sweep.Conversation(id, cancellationToken);
        foreach (ConversationSummary recent in (await index.List(RecentlySealed, null, cancellationToken, ListScope.All)).Items)
            touched.Add(new StreamName(ConversationJournal.Category, recent.Id));
        foreach (StreamName stream in touched)
            await sweep.Stream(stream, cancellationToken);
    }

    private async Task Resume(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> open = await index.Open(cancellationToken);
        foreach (string id in open)
        {
            try
            {
                await grains.GetGrain<IConversationGrain>(id).Resume();
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                log.NotResumed(id, exception);
                readiness.Add($"Conversation {id} could not be read at the start: {exception.Message}");
            }
        }

        log.Ready(open.Count);
        readiness.IsReady = true;
    }
}
