using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Packs;

/// <summary>
/// The pack of an owner (<c>conversation-ID</c> or <c>replay-ID</c>): heads and bodies of its exchanges in immutable segments <c>packs/OWNER/NUMBER</c>.
/// Bodies are deduplicated by SHA-256 within the pack and compressed. Layout: <c>docs/formats/pack-v1.md</c>, <c>pack-v2.md</c>, <c>pack-v3.md</c>.
/// </summary>
public interface IPackStore
{
    /// <summary>Writes a new segment; durable when this returns. Returns one place per exchange, in order.</summary>
    Task<SegmentWritten> WriteSegment(string owner, IReadOnlyList<CapturedExchange> exchanges, CancellationToken cancellationToken);

    /// <summary>Adds bodies without an exchange (a replay's answer); returns their SHA-256, lower-case hex.</summary>
    Task<string> WriteBody(string owner, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);

    /// <summary>
    /// Writes these exchanges, which lie in any segments, once more into one new segment that leans on no other; durable when this returns. Exchange <c>n</c>
    /// of the new segment is the one at <c>places[n]</c>. Nothing is removed: first an event must name the new segment.
    /// </summary>
    /// <exception cref="Blobs.BlobDamagedException">One of them cannot be read; nothing was written.</exception>
    Task<SegmentWritten> Compact(string owner, IReadOnlyList<PackPlace> places, CancellationToken cancellationToken);

    /// <summary>Removes segments that no event refers to any more, apart from those whose bodies another segment uses. Readers are not torn: they find the bodies in their new place.</summary>
    Task Remove(string owner, IReadOnlySet<int> segments, CancellationToken cancellationToken);

    /// <summary>The heads of a segment, in order.</summary>
    /// <exception cref="Blobs.BlobDamagedException">A checksum or the layout is wrong; or the segment is missing.</exception>
    Task<IReadOnlyList<Exchange>> ReadHeads(string owner, int segment, CancellationToken cancellationToken);

    /// <summary>A body of the owner's pack; null when it holds none of that hash.</summary>
    Task<byte[]?> ReadBody(string owner, string sha256, CancellationToken cancellationToken);

    /// <summary>Segment numbers that exist, rising.</summary>
    Task<IReadOnlyList<int>> Segments(string owner, CancellationToken cancellationToken);

    /// <summary>Removes segments that no event refers to (a crash between segment and event left them). <paramref name="referenced"/>: numbers that events name.</summary>
    Task<int> SweepOrphans(string owner, IReadOnlySet<int> referenced, CancellationToken cancellationToken);
}

/// <summary>Where an exchange lies in a pack.</summary>
/// <param name="Segment">From 1.</param>
/// <param name="Ordinal">Index within the segment, from 0.</param>
public readonly record struct PackPlace(int Segment, int Ordinal);

/// <summary>A durable segment.</summary>
/// <param name="Segment">Its number, from 1.</param>
/// <param name="StoredBytes">Bytes that each exchange added to the pack, in order.</param>
public sealed record SegmentWritten(int Segment, IReadOnlyList<long> StoredBytes);
