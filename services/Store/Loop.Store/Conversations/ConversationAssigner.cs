using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Conversations;
using Loop.Store.Core.ReadModels;
using Microsoft.Extensions.Options;

namespace Loop.Store.Conversations;

/// <summary>Where a trigger belongs.</summary>
/// <param name="Id">Null when it was refused.</param>
/// <param name="Generation">Of the conversation.</param>
/// <param name="RefusedReason">In words; null unless refused.</param>
public sealed record Assignment(ConversationId? Id, int Generation, string? RefusedReason);

/// <summary>Finds or opens the conversation of a trigger and hands the trigger to its grain: durable when this returns.</summary>
public sealed class ConversationAssigner(
    TraceDirectory directory,
    IConversationIndex index,
    IGrainFactory grains,
    IOptions<ConversationOptions> options,
    StoreInstruments instruments)
{
    private const int MaxGenerations = 10_000;

    /// <summary>Keeps, or adds to, the conversation of the trigger's keys.</summary>
    public async Task<Assignment> Keep(Trigger trigger, CancellationToken cancellationToken)
    {
        Assignment assignment = await Assign(trigger, cancellationToken);
        if (assignment.Id is not { } id)
            return assignment;
        try
        {
            await grains.GetGrain<IConversationGrain>(id.Value).Trigger(trigger, assignment.Generation);
        }
        catch
        {
            // The entry must not outlive a conversation that could not be written; whoever sent the trigger repeats it. A grain that did write claims its keys again.
            directory.Forget(id);
            throw;
        }

        instruments.OnTriggerKept();
        return assignment;
    }

    /// <summary>The kept conversation of any of these keys, the open or newest one; null when there is none.</summary>
    public async Task<ConversationId?> Existing(IReadOnlyList<TraceKey> keys, CancellationToken cancellationToken) =>
        directory.Find(keys)?.Id ?? (await Indexed(keys, cancellationToken))?.Id;

    /// <summary>The id under which a first conversation of these keys would be kept, with its generation.</summary>
    public async Task<(ConversationId Id, int Generation)> NextGeneration(IReadOnlyList<TraceKey> keys, CancellationToken cancellationToken)
    {
        TraceKey key = Conversation.PrimaryKey(keys);
        for (int generation = 1; generation <= MaxGenerations; generation++)
        {
            var id = ConversationId.From(key, generation);
            if ((await index.Find(id.Value, 1, cancellationToken)).Count == 0)
                return (id, generation);
        }

        throw new InvalidOperationException($"{key} has {MaxGenerations} conversations: it names no trace.");
    }

    private async Task<Assignment> Assign(Trigger trigger, CancellationToken cancellationToken)
    {
        DirectoryEntry? known = directory.Find(trigger.Keys);
        bool counts = trigger.Rule is not (Trigger.ManualRule or Trigger.ControlRule);
        if (known is null && counts && !directory.HasRoom())
        {
            // Before the index is asked: in an outage the refusal must cost nothing.
            instruments.OnTriggerRefused();
            return Refused();
        }

        known ??= await Indexed(trigger.Keys, cancellationToken);
        if (known is not null && await StillMeans(known, trigger))
            return new Assignment(known.Id, known.Generation, null);
        (ConversationId id, int generation) = await NextGeneration(trigger.Keys, cancellationToken);
        DirectoryEntry? opened = directory.Open(id, generation, trigger.Keys, requireRoom: counts);
        return opened is null ? Refused() : new Assignment(opened.Id, opened.Generation, null);
    }

    private Assignment Refused() => new(null, 0, $"The store keeps at most {options.Value.KeptPerMinute} conversations a minute ({ConversationOptions.SectionName}:KeptPerMinute); this one was counted and not kept.");

    // The same trigger may come again long after the seal, since a node repeats it until it is acknowledged.
    private async Task<bool> StillMeans(DirectoryEntry known, Trigger trigger)
    {
        if (known.SealedAt is not { } sealedAt || trigger.At <= sealedAt + options.Value.LateWatch)
            return true;
        return trigger.ExchangeId is { } exchange && (await grains.GetGrain<IConversationIntake>(known.Id.Value).Known([exchange])).Length > 0;
    }

    private async Task<DirectoryEntry?> Indexed(IReadOnlyList<TraceKey> keys, CancellationToken cancellationToken)
    {
        DirectoryEntry? newest = null;
        foreach (TraceKey key in keys)
        {
            if (await index.ByKey(key, cancellationToken) is not [var summary, ..])
                continue;
            var id = ConversationId.Parse(summary.Id);
            ConversationProgress progress = await grains.GetGrain<IConversationIntake>(summary.Id).Progress();
            if (progress.State is null)
                continue;
            if (progress.State is ConversationState.Open)
                return new DirectoryEntry(id, progress.Generation, null);
            if (newest is null || progress.SealedAt > newest.SealedAt)
                newest = new DirectoryEntry(id, progress.Generation, progress.SealedAt);
        }

        return newest;
    }
}
