using Loop.Store.Core.Compression;
using Loop.Store.Core.Events;
using ZstdSharp;

namespace Loop.Store.Sqlite.Events;

/// <summary>
/// The events of many appends of one stream as bytes, with where they lie among those of other streams and when they were appended. Layout: <c>docs/formats/events.md</c>.
/// </summary>
internal static class CompactedEvents
{
    /// <summary>zstd level: written once, and few.</summary>
    public const int Level = 19;

    /// <summary>Packs events of one stream in their order. The compressor is that of dictionary 3.</summary>
    public static byte[] Pack(Compressor compressor, IReadOnlyList<StoredEvent> events)
    {
        using var raw = new MemoryStream();
        using var writer = new BinaryWriter(raw);
        writer.Write7BitEncodedInt(events.Count);
        long position = events[0].Position, at = 0;
        foreach (StoredEvent item in events)
        {
            long now = item.At.ToUnixTimeMilliseconds();
            writer.Write7BitEncodedInt64(item.Position - position);
            writer.Write7BitEncodedInt64(ZigZag(now - at));
            (position, at) = (item.Position, now);
        }

        foreach (StoredEvent item in events)
            EventPacking.Write(writer, item.Type, item.Data, item.Metadata);
        return PackedBytes.Pack(compressor, raw.GetBuffer().AsSpan(0, (int)raw.Length));
    }

    /// <summary>The events; null when the bytes are not what <see cref="Pack"/> makes.</summary>
    public static StoredEvent[]? Unpack(byte[] packed, StreamName stream, long firstPosition, long lastVersion) =>
        PackedBytes.Unpack(packed, BuiltInDictionary.NewDecompressorThree, reader => Read(reader, stream, firstPosition, lastVersion));

    private static StoredEvent[] Read(BinaryReader reader, StreamName stream, long firstPosition, long lastVersion)
    {
        var places = new (long Position, DateTimeOffset At)[EventPacking.ReadCount(reader)];
        long position = firstPosition, at = 0;
        for (int index = 0; index < places.Length; index++)
        {
            position += reader.Read7BitEncodedInt64();
            at += UnZigZag(reader.Read7BitEncodedInt64());
            places[index] = (position, DateTimeOffset.FromUnixTimeMilliseconds(at));
        }

        var events = new StoredEvent[places.Length];
        for (int index = 0; index < events.Length; index++)
        {
            NewEvent item = EventPacking.Read(reader);
            events[index] = new StoredEvent(places[index].Position, stream, lastVersion - events.Length + 1 + index, item.Type, item.Data, item.Metadata, places[index].At);
        }

        return events;
    }

    // A clock may be set back: small negative numbers have to be short too.
    private static long ZigZag(long number) => (number << 1) ^ (number >> 63);

    private static long UnZigZag(long number) => (long)((ulong)number >> 1) ^ -(number & 1);
}
