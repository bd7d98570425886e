using Loop.Contracts.Exchanges;
using Loop.Store.Core.Blobs;

namespace Loop.Store.Core.Packs;

/// <summary>Builds the one segment that takes the place of several. Reads them only; holds one block of each kind. Used once.</summary>
/// <param name="blobs">Where segments lie.</param>
/// <param name="nameOf">Name of a segment's blob.</param>
/// <param name="pack">All segments of the owner: bodies may lie in another one than their heads.</param>
internal sealed class PackCompactor(IBlobStore blobs, Func<int, string> nameOf, IReadOnlyDictionary<int, PackSegment> pack)
{
    private readonly Dictionary<int, Exchange[]> _heads = [];
    private (int Segment, int Block, byte[] Raw) _lastBlock = (0, 0, []);

    /// <summary>The bytes of the new segment, with the exchanges in the order of <paramref name="places"/>.</summary>
    /// <exception cref="BlobDamagedException">Something that is needed is damaged or missing.</exception>
    public async Task<(byte[] Segment, IReadOnlyList<long> StoredBytes)> Build(IReadOnlyList<PackPlace> places, CancellationToken cancellationToken)
    {
        using var builder = new SegmentBuilder(PackFormat.CompactedVersion, _ => 0, size => size <= PackFormat.SmallBlockSizeBytes ? PackFormat.CompactionLevel : PackFormat.LargeBlockLevel);
        foreach (PackPlace place in places)
        {
            Exchange[] heads = await Heads(place.Segment, cancellationToken);
            if (place.Ordinal >= heads.Length)
                throw new BlobDamagedException(nameOf(place.Segment), $"it has no exchange {place.Ordinal}");
            Exchange head = heads[place.Ordinal];
            builder.Add(new CapturedExchange(head, await Body(head.Request, place.Segment, cancellationToken), await Body(head.Response, place.Segment, cancellationToken)));
        }

        return builder.Build();
    }

    private SegmentIndex Index(int segment) =>
        !pack.TryGetValue(segment, out PackSegment? found) ? throw new BlobDamagedException(nameOf(segment), "it is missing") : found.Index ?? throw found.Damage!;

    private async Task<Exchange[]> Heads(int segment, CancellationToken cancellationToken)
    {
        if (!_heads.TryGetValue(segment, out Exchange[]? heads))
            _heads[segment] = heads = SegmentHeads.Read(nameOf(segment), Index(segment), await Block(segment, Index(segment).Blocks.Count - 1, cancellationToken));
        return heads;
    }

    private async Task<ReadOnlyMemory<byte>> Body(HttpMessagePart? part, int segment, CancellationToken cancellationToken)
    {
        if (part?.Body.Sha256 is not { } sha256)
            return ReadOnlyMemory<byte>.Empty;
        SegmentBody body = Index(segment).Bodies.First(entry => entry.Sha256 == sha256);
        if (!body.IsHere)
        {
            segment = body.HomeSegment;
            body = Index(segment).Find(sha256) ?? throw new BlobDamagedException(nameOf(segment), $"body {sha256} is not in it");
        }

        return (await Block(segment, body.Block, cancellationToken)).AsMemory(body.Offset, body.SizeBytes);
    }

    private async Task<byte[]> Block(int segment, int block, CancellationToken cancellationToken)
    {
        if (_lastBlock.Segment != segment || _lastBlock.Block != block)
            _lastBlock = (segment, block, await SegmentReader.ReadBlock(blobs, nameOf(segment), Index(segment).Blocks[block], cancellationToken));
        return _lastBlock.Raw;
    }
}
