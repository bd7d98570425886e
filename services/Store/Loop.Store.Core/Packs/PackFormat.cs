namespace Loop.Store.Core.Packs;

/// <summary>Numbers of pack segments. Drawn byte by byte in <c>docs/formats/pack-v1.md</c>, <c>pack-v2.md</c> and <c>pack-v3.md</c>; every integer is little-endian.</summary>
internal static class PackFormat
{
    /// <summary>Version of a segment of arrivals: heads are messages, one after the other. Written quickly, and written again at the seal.</summary>
    public const ushort ArrivalVersion = 1;

    /// <summary>Version of a compacted segment: heads are told against each other, field by field.</summary>
    public const ushort CompactedVersion = 2;

    /// <summary>The same with the chunks of bodies: written only where there are some, so that an older Loop reads the rest. The newest that this code reads.</summary>
    public const ushort ChunkedVersion = 3;

    /// <summary>Bytes of the header.</summary>
    public const int HeaderSizeBytes = 32;

    /// <summary>Bytes of a SHA-256.</summary>
    public const int HashSizeBytes = 32;

    /// <summary>Bytes of a checksum (XXH64).</summary>
    public const int ChecksumSizeBytes = 8;

    /// <summary>
    /// A block is closed when it holds this much. Bodies of one block share a window, so that what is alike is stored once; one body is read by
    /// decompressing its block, about a millisecond.
    /// </summary>
    public const int BlockSizeBytes = 1024 * 1024;

    /// <summary>A block decompresses to at most this; a larger number in a file is damage, not a reason to allocate.</summary>
    public const int MaxBlockSizeBytes = 512 * 1024 * 1024;

    /// <summary>zstd level of a segment that is written while a conversation is collected: it is written again at the seal.</summary>
    public const int ArrivalLevel = 3;

    /// <summary>zstd level of a compacted segment: written once, in the background, and kept for long; reading costs the same at every level.</summary>
    public const int CompactionLevel = 19;

    /// <summary>zstd level of a compacted block above <see cref="SmallBlockSizeBytes"/>: level 19 takes ten times as long there for a few percent.</summary>
    public const int LargeBlockLevel = 12;

    /// <summary>Blocks up to here are worth every effort.</summary>
    public const int SmallBlockSizeBytes = 256 * 1024;

    /// <summary>A segment of one block up to this raw size has no hashes in its index: a reader has the whole block at once and hashes the bodies itself.</summary>
    public const int HashedOnReadSizeBytes = 64 * 1024;

    /// <summary>First bytes of every segment.</summary>
    public static ReadOnlySpan<byte> Magic => "LOOPPACK"u8;
}

/// <summary>How a block lies in the segment.</summary>
internal enum BlockEncoding : byte
{
    /// <summary>As it is.</summary>
    Raw = 0,

    /// <summary>One zstd frame (RFC 8878) with <see cref="Compression.BuiltInDictionary"/> 1.</summary>
    Zstd = 1,

    /// <summary>The same with dictionary 2.</summary>
    ZstdTwo = 2,
}
