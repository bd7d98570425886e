using Loop.Contracts.Exchanges;
using Loop.Store.Core.Blobs;

namespace Loop.Store.Core.Packs;

/// <summary>Reads one segment by ranges: header, index, a block.</summary>
internal static class SegmentReader
{
    /// <summary>The heads.</summary>
    /// <exception cref="BlobDamagedException">A checksum or the layout is wrong, or the segment is missing.</exception>
    public static async Task<Exchange[]> ReadHeads(IBlobStore blobs, string blob, SegmentIndex index, CancellationToken cancellationToken) =>
        index.ExchangeCount == 0 ? [] : SegmentHeads.Read(blob, index, await ReadBlock(blobs, blob, index.Blocks[^1], cancellationToken));

    /// <summary>A body whose bytes lie in the segment.</summary>
    /// <exception cref="BlobDamagedException">A checksum is wrong, or the segment is missing.</exception>
    public static async Task<byte[]> ReadBody(IBlobStore blobs, string blob, SegmentIndex index, SegmentBody body, CancellationToken cancellationToken)
    {
        byte[] raw = await ReadBlock(blobs, blob, index.Blocks[body.Block], cancellationToken);
        return raw.AsSpan(body.Offset, body.SizeBytes).ToArray();
    }

    /// <summary>A whole block, raw.</summary>
    public static async Task<byte[]> ReadBlock(IBlobStore blobs, string blob, PackBlock block, CancellationToken cancellationToken)
    {
        byte[] stored = await blobs.Read(blob, block.Offset, block.StoredSizeBytes, cancellationToken) ?? throw new BlobDamagedException(blob, "it is missing");
        return block.Decode(blob, stored);
    }
}
