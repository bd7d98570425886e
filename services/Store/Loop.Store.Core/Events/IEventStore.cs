namespace Loop.Store.Core.Events;

/// <summary>The truth. Streams of immutable facts, and one order over all of them. Every adapter passes <c>Loop.Store.Conformance</c>.</summary>
public interface IEventStore
{
    /// <summary>Appends atomically: all or none, durable (synced) when this returns <see cref="AppendOutcome.Appended"/>.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="expectedVersion">Version of its last event; −1 when the stream must not exist yet.</param>
    /// <param name="events">1–500 events of at most 64 KiB each. The same types and data again at the same place are a repeat and answer with the first outcome.</param>
    /// <param name="cancellationToken">Cancels the wait; the append may still happen.</param>
    /// <exception cref="EventTooLargeException">An event is over 64 KiB; nothing was written.</exception>
    Task<AppendResult> Append(StreamName stream, long expectedVersion, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken);

    /// <summary>Events of a stream in order, from <paramref name="fromVersion"/> (0 = the first). Empty when the stream does not exist.</summary>
    IAsyncEnumerable<StoredEvent> ReadStream(StreamName stream, long fromVersion, CancellationToken cancellationToken);

    /// <summary>Events of all streams in the order of their positions, those after <paramref name="afterPosition"/> (0 = from the start), up to what is there now.</summary>
    IAsyncEnumerable<StoredEvent> ReadAll(long afterPosition, CancellationToken cancellationToken);

    /// <summary>The same, then whatever is appended later, until cancelled. No event is skipped; positions rise.</summary>
    IAsyncEnumerable<StoredEvent> SubscribeAll(long afterPosition, CancellationToken cancellationToken);

    /// <summary>Says that a stream will hardly grow any more, so that its events may be kept in less room. Whatever is read or appended afterwards is as without it.</summary>
    Task Compact(StreamName stream, CancellationToken cancellationToken);
}

/// <summary><c>category-id</c>; the category is lower-case letters, the id has no blanks, at most 120 characters.</summary>
public readonly record struct StreamName
{
    /// <summary>Builds and checks a name.</summary>
    /// <exception cref="ArgumentException">A part is empty or malformed.</exception>
    public StreamName(string category, string id)
    {
        if (string.IsNullOrEmpty(category) || !category.All(char.IsAsciiLetterLower))
            throw new ArgumentException($"'{category}' is no stream category: lower-case letters are expected.", nameof(category));
        if (string.IsNullOrEmpty(id) || id.Length > 120 || id.Any(character => char.IsWhiteSpace(character) || char.IsControl(character)))
            throw new ArgumentException($"'{id}' is no stream id.", nameof(id));
        Category = category;
        Id = id;
    }

    /// <summary>Part before the first dash.</summary>
    public string Category { get; }

    /// <summary>Part after it.</summary>
    public string Id { get; }

    /// <summary>Reads <c>category-id</c>.</summary>
    public static StreamName Parse(string text)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 ? new StreamName(text[..dash], text[(dash + 1)..]) : throw new FormatException($"'{text}' is no stream name: category-id is expected.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Category}-{Id}";
}

/// <summary>An event to append.</summary>
/// <param name="Type">Stored, versioned name: <c>loop.conversation.sealed.v1</c>.</param>
/// <param name="Data">UTF-8 JSON.</param>
/// <param name="Metadata">UTF-8 JSON: correlation, causation, <c>traceparent</c>.</param>
public sealed record NewEvent(string Type, ReadOnlyMemory<byte> Data, ReadOnlyMemory<byte> Metadata);

/// <summary>An event as stored.</summary>
public sealed record StoredEvent(long Position, StreamName Stream, long Version, string Type, ReadOnlyMemory<byte> Data, ReadOnlyMemory<byte> Metadata, DateTimeOffset At);

/// <summary>Outcome of an append.</summary>
/// <param name="Outcome">Which.</param>
/// <param name="Version">Version of the stream's last event now.</param>
/// <param name="Position">Position of the last appended event; 0 on conflict.</param>
public sealed record AppendResult(AppendOutcome Outcome, long Version, long Position);

/// <summary>What became of an append.</summary>
public enum AppendOutcome
{
    /// <summary>Durable.</summary>
    Appended,

    /// <summary>Another version is there; nothing was written.</summary>
    Conflict,
}

/// <summary>An event is over 64 KiB: bodies belong in the pack.</summary>
public sealed class EventTooLargeException(string type, int sizeBytes)
    : Exception($"Event {type} takes {sizeBytes} bytes; at most 65536 are allowed. Bodies and headers belong in a pack segment.");
