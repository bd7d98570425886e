using Loop.Store.Core.Faults;

namespace Loop.Store.Core.Events;

/// <summary>An event whose name this Loop does not know.</summary>
public sealed class UnknownEventTypeException(StoredEvent stored)
    : StoreException($"Event {stored.Version} of stream {stored.Stream} is a {stored.Type}, which this Loop does not know: a newer Loop wrote it. Start that version or a later one on this data.", null);

/// <summary>An event whose data is not that of its type.</summary>
public sealed class EventDamagedException(StoredEvent stored, string fact, Exception? inner)
    : StoreException($"Event {stored.Version} of stream {stored.Stream} ({stored.Type}, position {stored.Position}) is damaged: {fact}. Restore the event store from a backup; other streams stay readable.", inner);
