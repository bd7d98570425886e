namespace Loop.Store.Core.Packs;

/// <summary>Numbers of pack segments v1. Drawn byte by byte in <c>docs/formats/pack-v1.md</c>; every integer is little-endian.</summary>
internal static class PackFormat
{
    /// <summary>The version that this code writes, and the newest that it reads.</summary>
    public const ushort Version = 1;

    /// <summary>Bytes of the header.</summary>
    public const int HeaderSizeBytes = 64;

    /// <summary>Bytes of an index entry.</summary>
    public const int EntrySizeBytes = 64;

    /// <summary>Bytes of a SHA-256.</summary>
    public const int HashSizeBytes = 32;

    /// <summary>A block decompresses to at most this; a larger number in a file is damage, not a reason to allocate.</summary>
    public const int MaxBlockSizeBytes = 512 * 1024 * 1024;

    /// <summary>zstd level. A segment is written once, in the background, and kept for long; reading costs the same at every level.</summary>
    public const int CompressionLevel = 9;

    /// <summary>First bytes of every segment.</summary>
    public static ReadOnlySpan<byte> Magic => "LOOPPACK"u8;
}

/// <summary>How a block lies in the segment.</summary>
internal enum BlockEncoding : byte
{
    /// <summary>As it is.</summary>
    Raw = 0,

    /// <summary>One zstd frame (RFC 8878).</summary>
    Zstd = 1,
}
