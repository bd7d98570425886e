using Loop.Store.Core.Compression;
using Loop.Store.Core.Events;
using ZstdSharp;

namespace Loop.Store.Sqlite.Events;

/// <summary>
/// The events of one append as bytes. Together, since what they repeat (times, ids, names) is then stored once. Layout: <c>docs/formats/events.md</c>.
/// </summary>
internal static class EventPacking
{
    /// <summary>zstd level: the dictionary does most of the work, and the writer is one thread.</summary>
    public const int Level = 9;

    /// <summary>Packs events. The compressor is <see cref="BuiltInDictionary"/>'s.</summary>
    public static byte[] Pack(Compressor compressor, IReadOnlyList<NewEvent> events)
    {
        using var raw = new MemoryStream();
        using var writer = new BinaryWriter(raw);
        writer.Write7BitEncodedInt(events.Count);
        foreach (NewEvent item in events)
            Write(writer, item.Type, item.Data, item.Metadata);
        return PackedBytes.Pack(compressor, raw.GetBuffer().AsSpan(0, (int)raw.Length));
    }

    /// <summary>The events; null when the bytes are not what <see cref="Pack"/> makes.</summary>
    public static IReadOnlyList<NewEvent>? Unpack(byte[] packed) => PackedBytes.Unpack(packed, BuiltInDictionary.NewDecompressor, ReadAll);

    /// <summary>How many events follow.</summary>
    public static int ReadCount(BinaryReader reader)
    {
        int count = reader.Read7BitEncodedInt();
        return count >= 1 && count <= reader.BaseStream.Length ? count : throw new FormatException("no such number of events");
    }

    /// <summary>One event.</summary>
    public static void Write(BinaryWriter writer, string type, ReadOnlyMemory<byte> data, ReadOnlyMemory<byte> metadata)
    {
        writer.Write(type);
        writer.Write7BitEncodedInt(data.Length);
        writer.Write(data.Span);
        writer.Write7BitEncodedInt(metadata.Length);
        writer.Write(metadata.Span);
    }

    /// <summary>What <see cref="Write"/> wrote.</summary>
    public static NewEvent Read(BinaryReader reader) => new(reader.ReadString(), Bytes(reader), Bytes(reader));

    private static NewEvent[] ReadAll(BinaryReader reader)
    {
        var events = new NewEvent[ReadCount(reader)];
        for (int index = 0; index < events.Length; index++)
            events[index] = Read(reader);
        return events;
    }

    private static byte[] Bytes(BinaryReader reader)
    {
        int length = reader.Read7BitEncodedInt();
        byte[] bytes = reader.ReadBytes(length);
        return bytes.Length == length ? bytes : throw new EndOfStreamException();
    }
}
