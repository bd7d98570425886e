using Loop.Capture.Core.Collecting;
using Loop.Capture.Diagnostics;

namespace Loop.Capture.Link;

/// <summary>
/// Triggers that the store has not acknowledged. They outlive the link: a trigger is forgotten when the store confirms it and never before, since a trigger
/// that is lost is a failure that nobody hears of. When it is full no more signals are read, and the ring keeps what waits there.
/// </summary>
internal sealed class TriggerLedger(CaptureInstruments instruments, TimeProvider time, TimeSpan repeatAfter)
{
    /// <summary>The store confirms within milliseconds; this many mean that it does not.</summary>
    public const int Capacity = 10_000;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, Entry> _entries = [];

    /// <summary>True when no more triggers should be taken from the ring.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
                return _entries.Count >= Capacity;
        }
    }

    /// <summary>Remembers a trigger that is about to be sent.</summary>
    public void Add(TriggerFired trigger)
    {
        lock (_gate)
        {
            _entries[trigger.TriggerId] = new Entry(trigger, time.GetTimestamp());
            instruments.OnTriggersUnacknowledged(_entries.Count);
        }
    }

    /// <summary>The store confirmed it; false when it had done so before.</summary>
    public bool Acknowledge(long triggerId)
    {
        lock (_gate)
        {
            bool removed = _entries.Remove(triggerId);
            instruments.OnTriggersUnacknowledged(_entries.Count);
            return removed;
        }
    }

    /// <summary>Takes, oldest first, what is to be sent again: everything on a new link, else what has waited too long on this one.</summary>
    public IReadOnlyList<TriggerFired> TakeDue(bool isNewLink)
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            Entry[] due = [.. _entries.Values.Where(entry => isNewLink || time.GetElapsedTime(entry.SentAt, now) >= repeatAfter)];
            foreach (Entry entry in due)
                _entries[entry.Trigger.TriggerId] = entry with { SentAt = now };
            return [.. due.Select(entry => entry.Trigger)];
        }
    }

    private readonly record struct Entry(TriggerFired Trigger, long SentAt);
}
