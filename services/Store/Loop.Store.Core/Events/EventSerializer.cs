using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;

namespace Loop.Store.Core.Events;

/// <summary>Between facts and what the event store keeps of them.</summary>
public static class EventSerializer
{
    /// <summary>Facts to append behind <paramref name="expectedVersion"/>. The ids are hashes of place and content, so that the same append again is a repeat.</summary>
    public static IReadOnlyList<NewEvent> Serialize(StreamName stream, long expectedVersion, IReadOnlyList<ConversationEvent> facts, EventMetadata metadata) =>
        SerializeFacts(stream, expectedVersion, facts, metadata);

    /// <inheritdoc cref="Serialize(StreamName, long, IReadOnlyList{ConversationEvent}, EventMetadata)"/>
    public static IReadOnlyList<NewEvent> Serialize(StreamName stream, long expectedVersion, IReadOnlyList<ReplayEvent> facts, EventMetadata metadata) =>
        SerializeFacts(stream, expectedVersion, facts, metadata);

    /// <summary>The fact in a stored event: a <see cref="ConversationEvent"/> or a <see cref="ReplayEvent"/>.</summary>
    /// <exception cref="UnknownEventTypeException">A newer Loop wrote it.</exception>
    /// <exception cref="EventDamagedException">Its data is not that of its type.</exception>
    public static object Deserialize(StoredEvent stored)
    {
        Type type = EventNames.TypeOf(stored.Type) ?? throw new UnknownEventTypeException(stored);
        try
        {
            return JsonSerializer.Deserialize(stored.Data.Span, type, StoreJson.Options) ?? throw new EventDamagedException(stored, "it is null", null);
        }
        catch (JsonException exception)
        {
            throw new EventDamagedException(stored, exception.Message, exception);
        }
    }

    /// <summary>The fact of a conversation's stream.</summary>
    public static ConversationEvent DeserializeConversation(StoredEvent stored) =>
        Deserialize(stored) as ConversationEvent ?? throw new EventDamagedException(stored, "it is no fact of a conversation", null);

    /// <summary>The fact of a replay's stream.</summary>
    public static ReplayEvent DeserializeReplay(StoredEvent stored) =>
        Deserialize(stored) as ReplayEvent ?? throw new EventDamagedException(stored, "it is no fact of a replay", null);

    /// <summary>The metadata of a stored event.</summary>
    public static EventMetadata DeserializeMetadata(StoredEvent stored) =>
        stored.Metadata.IsEmpty ? EventMetadata.None : JsonSerializer.Deserialize<EventMetadata>(stored.Metadata.Span, StoreJson.Options) ?? EventMetadata.None;

    private static NewEvent[] SerializeFacts(StreamName stream, long expectedVersion, IReadOnlyList<object> facts, EventMetadata metadata)
    {
        byte[] metadataJson = JsonSerializer.SerializeToUtf8Bytes(metadata, StoreJson.Options);
        var events = new NewEvent[facts.Count];
        for (int index = 0; index < events.Length; index++)
        {
            Type type = facts[index].GetType();
            string name = EventNames.Of(type);
            byte[] data = JsonSerializer.SerializeToUtf8Bytes(facts[index], type, StoreJson.Options);
            events[index] = new NewEvent(IdOf(stream, expectedVersion + 1 + index, name, data), name, data, metadataJson);
        }

        return events;
    }

    private static Guid IdOf(StreamName stream, long version, string name, byte[] data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendField(hash, Encoding.UTF8.GetBytes(stream.ToString()));
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, version);
        AppendField(hash, number);
        AppendField(hash, Encoding.UTF8.GetBytes(name));
        AppendField(hash, data);
        return new Guid(hash.GetHashAndReset().AsSpan(0, 16));
    }

    // Length first, so that ("a", "bc") never equals ("ab", "c").
    private static void AppendField(IncrementalHash hash, ReadOnlySpan<byte> field)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, field.Length);
        hash.AppendData(length);
        hash.AppendData(field);
    }
}
