using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Store.Core.Events;
using Loop.Store.Core.Packs;
using Loop.Store.Recovery;

namespace Loop.Store.Replays;

/// <summary>A replay read back.</summary>
public sealed record LoadedReplay(List<ReplayEvent> Facts, long Version);

/// <summary>Reads and appends a replay's stream.</summary>
public sealed class ReplayJournal(IEventStore events, EventAppender appender, IPackStore packs)
{
    /// <summary>Category of replay streams.</summary>
    public const string Category = "replay";

    /// <summary>Owner of a replay's pack.</summary>
    public static string Owner(string id) => $"{Category}-{id}";

    /// <summary>Reads all of it.</summary>
    public async Task<LoadedReplay> Load(string id, CancellationToken cancellationToken)
    {
        var loaded = new LoadedReplay([], -1);
        await foreach (StoredEvent stored in events.ReadStream(new StreamName(Category, id), 0, cancellationToken))
        {
            loaded.Facts.Add(EventSerializer.DeserializeReplay(stored));
            loaded = loaded with { Version = stored.Version };
        }

        return loaded;
    }

    /// <summary>The heads that observed exchanges name.</summary>
    public async Task<List<Exchange>> Heads(string id, IEnumerable<ReplayEvent> facts, CancellationToken cancellationToken)
    {
        var heads = new List<Exchange>();
        foreach (IGrouping<int, ReplayExchangeObserved> segment in facts.OfType<ReplayExchangeObserved>().GroupBy(fact => fact.Segment))
        {
            IReadOnlyList<Exchange> stored = await packs.ReadHeads(Owner(id), segment.Key, cancellationToken);
            heads.AddRange(segment.Select(fact => stored[fact.Ordinal]));
        }

        return heads;
    }

    /// <summary>Appends; durable when this returns.</summary>
    public async Task<AppendResult> Append(string id, long version, IReadOnlyList<ReplayEvent> facts, CancellationToken cancellationToken)
    {
        var stream = new StreamName(Category, id);
        AppendResult result = await appender.Append(stream, version, metadata => EventSerializer.Serialize(facts, metadata), cancellationToken);
        return result.Outcome is AppendOutcome.Appended
            ? result
            : throw new InvalidOperationException($"Replay {id} is at version {result.Version}, not {version}: something else wrote to it. The call can be repeated.");
    }
}
