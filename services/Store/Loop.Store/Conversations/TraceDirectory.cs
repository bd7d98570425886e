using System.Diagnostics.CodeAnalysis;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Microsoft.Extensions.Options;

namespace Loop.Store.Conversations;

/// <summary>
/// Which conversation a key means now: the one place where that is decided, under one lock that never waits. Knows the open conversations and those sealed
/// a moment ago; older ones are looked up in the index by <see cref="ConversationAssigner"/>.
/// </summary>
public sealed class TraceDirectory(IOptions<ConversationOptions> options, TimeProvider time, StoreInstruments instruments)
{
    private static readonly TimeSpan CapWindow = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<ConversationId, Entry> _entries = [];
    private readonly Dictionary<TraceKey, List<Entry>> _byKey = [];
    private readonly Queue<(DateTimeOffset At, ConversationId Id)> _sealed = new();
    private readonly Queue<DateTimeOffset> _keptRecently = new();

    /// <summary>The open conversation of these keys (the oldest when there are several), else the one sealed last; null when none is known here.</summary>
    public DirectoryEntry? Find(IReadOnlyList<TraceKey> keys)
    {
        lock (_lock)
        {
            ForgetOld();
            return Owners(keys).FirstOrDefault()?.Snapshot();
        }
    }

    /// <summary>True when a further conversation may be kept this minute; counts nothing.</summary>
    public bool HasRoom()
    {
        lock (_lock)
            return RoomLeft() > 0;
    }

    /// <summary>Enters a new open conversation, unless an open one has one of its keys by now: then that one is the answer.</summary>
    public DirectoryEntry? Open(ConversationId id, int generation, IReadOnlyList<TraceKey> keys, bool requireRoom)
    {
        lock (_lock)
        {
            if (Owners(keys).FirstOrDefault(entry => entry.SealedAt is null) is { } other)
                return other.Snapshot();
            if (requireRoom)
            {
                if (RoomLeft() <= 0)
                {
                    instruments.OnTriggerRefused();
                    return null;
                }

                _keptRecently.Enqueue(time.GetUtcNow());
            }

            return Enter(id, generation, keys, time.GetUtcNow()).Snapshot();
        }
    }

    /// <summary>An open conversation has these keys. Answers with the merges that follow: where two open conversations share a key, the older one wins.</summary>
    public IReadOnlyList<MergeRequest> Claim(ConversationId id, int generation, IReadOnlyList<TraceKey> keys, DateTimeOffset keptAt)
    {
        lock (_lock)
        {
            Entry entry = Enter(id, generation, keys, keptAt);
            return [.. Owners(keys).Where(other => other.SealedAt is null && other.Id != id).Select(other => Older(entry, other) == entry
                ? new MergeRequest(other.Id, id)
                : new MergeRequest(id, other.Id))];
        }
    }

    /// <summary>The conversation is sealed.</summary>
    public void Sealed(ConversationId id, DateTimeOffset at)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(id, out Entry? entry))
                return;
            entry.SealedAt = at;
            _sealed.Enqueue((at, id));
        }
    }

    /// <summary>The conversation is an alias now, or was never kept.</summary>
    public void Forget(ConversationId id)
    {
        lock (_lock)
            Remove(id);
    }

    private static Entry Older(Entry one, Entry other)
    {
        int byAge = one.KeptAt.CompareTo(other.KeptAt);
        return byAge < 0 || (byAge == 0 && string.CompareOrdinal(one.Id.Value, other.Id.Value) < 0) ? one : other;
    }

    private Entry Enter(ConversationId id, int generation, IReadOnlyList<TraceKey> keys, DateTimeOffset keptAt)
    {
        if (!_entries.TryGetValue(id, out Entry? entry))
            _entries[id] = entry = new Entry(id, generation);
        entry.KeptAt = keptAt;
        foreach (TraceKey key in keys)
        {
            if (!entry.Keys.Add(key))
                continue;
            if (!_byKey.TryGetValue(key, out List<Entry>? owners))
                _byKey[key] = owners = [];
            owners.Add(entry);
        }

        return entry;
    }

    // Open ones first, oldest first; then sealed ones, last sealed first.
    private IEnumerable<Entry> Owners(IReadOnlyList<TraceKey> keys) => keys
        .SelectMany(key => _byKey.GetValueOrDefault(key) ?? [])
        .Distinct()
        .OrderBy(entry => entry.SealedAt is not null)
        .ThenByDescending(entry => entry.SealedAt)
        .ThenBy(entry => entry.KeptAt)
        .ThenBy(entry => entry.Id.Value, StringComparer.Ordinal);

    private int RoomLeft()
    {
        DateTimeOffset windowStart = time.GetUtcNow() - CapWindow;
        while (_keptRecently.TryPeek(out DateTimeOffset at) && at <= windowStart)
            _keptRecently.Dequeue();
        return options.Value.KeptPerMinute - _keptRecently.Count;
    }

    private void ForgetOld()
    {
        // Twice the window in which a sealed one still counts: repeats of old triggers find it without the index.
        DateTimeOffset old = time.GetUtcNow() - (2 * options.Value.LateWatch);
        while (_sealed.TryPeek(out (DateTimeOffset At, ConversationId Id) oldest) && oldest.At < old)
            Remove(_sealed.Dequeue().Id);
    }

    private void Remove(ConversationId id)
    {
        if (!_entries.Remove(id, out Entry? entry))
            return;
        foreach (TraceKey key in entry.Keys)
        {
            if (_byKey.TryGetValue(key, out List<Entry>? owners) && owners.Remove(entry) && owners.Count == 0)
                _byKey.Remove(key);
        }
    }

    [SuppressMessage("Performance", "CA1812", Justification = "Created by Enter.")]
    private sealed class Entry(ConversationId id, int generation)
    {
        public ConversationId Id { get; } = id;

        public HashSet<TraceKey> Keys { get; } = [];

        public DateTimeOffset KeptAt { get; set; }

        public DateTimeOffset? SealedAt { get; set; }

        public DirectoryEntry Snapshot() => new(Id, generation, SealedAt);
    }
}

/// <summary>A conversation that the directory knows.</summary>
public sealed record DirectoryEntry(ConversationId Id, int Generation, DateTimeOffset? SealedAt);
