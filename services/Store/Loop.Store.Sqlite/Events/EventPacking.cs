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

    private const int MaxSizeBytes = 64 * 1024 * 1024;

    /// <summary>Packs events. The compressor is <see cref="BuiltInDictionary"/>'s.</summary>
    public static byte[] Pack(Compressor compressor, IReadOnlyList<NewEvent> events)
    {
        using var raw = new MemoryStream();
        using var writer = new BinaryWriter(raw);
        writer.Write7BitEncodedInt(events.Count);
        foreach (NewEvent item in events)
        {
            writer.Write(item.Type);
            writer.Write7BitEncodedInt(item.Data.Length);
            writer.Write(item.Data.Span);
            writer.Write7BitEncodedInt(item.Metadata.Length);
            writer.Write(item.Metadata.Span);
        }

        ReadOnlySpan<byte> plain = raw.GetBuffer().AsSpan(0, (int)raw.Length);
        ReadOnlySpan<byte> compressed = compressor.Wrap(plain);
        using var packed = new MemoryStream();
        using var packing = new BinaryWriter(packed);
        bool isSmaller = compressed.Length < plain.Length;
        packing.Write7BitEncodedInt(isSmaller ? plain.Length : 0);
        packing.Write(isSmaller ? compressed : plain);
        return packed.ToArray();
    }

    /// <summary>The events; null when the bytes are not what <see cref="Pack"/> makes.</summary>
    public static IReadOnlyList<NewEvent>? Unpack(byte[] packed)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(packed, writable: false));
            int size = reader.Read7BitEncodedInt();
            if (size is < 0 or > MaxSizeBytes)
                return null;
            int start = (int)reader.BaseStream.Position;
            return Read(size == 0 ? packed[start..] : Decompress(packed.AsSpan(start), size));
        }
        catch (Exception exception) when (exception is ZstdException or EndOfStreamException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static byte[] Decompress(ReadOnlySpan<byte> compressed, int size)
    {
        using Decompressor decompressor = BuiltInDictionary.NewDecompressor();
        byte[] raw = new byte[size];
        return decompressor.Unwrap(compressed, raw) == size ? raw : throw new FormatException("another size");
    }

    private static NewEvent[]? Read(byte[] raw)
    {
        using var stream = new MemoryStream(raw, writable: false);
        using var reader = new BinaryReader(stream);
        int count = reader.Read7BitEncodedInt();
        if (count < 1 || count > raw.Length)
            return null;
        var events = new NewEvent[count];
        for (int index = 0; index < count; index++)
            events[index] = new NewEvent(reader.ReadString(), Bytes(reader), Bytes(reader));
        return stream.Position == raw.Length ? events : null;
    }

    private static byte[] Bytes(BinaryReader reader)
    {
        int length = reader.Read7BitEncodedInt();
        byte[] bytes = reader.ReadBytes(length);
        return bytes.Length == length ? bytes : throw new EndOfStreamException();
    }
}
