using System.IO.Hashing;
using Loop.Store.Core.Blobs;

namespace Loop.Store.Core.Packs;

/// <summary>Header and index of a segment, checked.</summary>
internal sealed class SegmentIndex
{
    private readonly Dictionary<string, SegmentEntry> _entries;

    private SegmentIndex(string blob, SegmentHeader header, Dictionary<string, SegmentEntry> entries)
    {
        Blob = blob;
        Header = header;
        _entries = entries;
    }

    /// <summary>Name of the segment's blob.</summary>
    public string Blob { get; }

    /// <summary>Its header.</summary>
    public SegmentHeader Header { get; }

    /// <summary>Earlier segments whose bodies this one uses.</summary>
    public IEnumerable<int> HomeSegments => _entries.Values.Where(entry => !entry.IsHere).Select(entry => entry.HomeSegment).Distinct();

    /// <summary>The entry of a body whose bytes lie here; null when they do not.</summary>
    public SegmentEntry? Find(string sha256) => _entries.TryGetValue(sha256, out SegmentEntry? entry) && entry.IsHere ? entry : null;

    /// <summary>Reads header and index; null when there is no such segment.</summary>
    public static async Task<SegmentIndex?> Read(IBlobStore blobs, string blob, CancellationToken cancellationToken)
    {
        if (await blobs.Size(blob, cancellationToken) is not { } size)
            return null;
        if (size < PackFormat.HeaderSizeBytes)
            throw new BlobDamagedException(blob, $"it has {size} bytes, fewer than its header takes");
        byte[]? headerBytes = await blobs.Read(blob, 0, PackFormat.HeaderSizeBytes, cancellationToken);
        if (headerBytes is null)
            return null;
        SegmentHeader header = SegmentHeader.Read(blob, headerBytes, size);
        byte[] index = await blobs.Read(blob, PackFormat.HeaderSizeBytes, header.IndexSizeBytes, cancellationToken) ?? [];
        if (index.Length != header.IndexSizeBytes || XxHash64.HashToUInt64(index) != header.IndexChecksum)
            throw new BlobDamagedException(blob, "the checksum of its index does not match");
        return new SegmentIndex(blob, header, Parse(blob, header, index));
    }

    /// <summary>Header and index of a whole segment in memory: what was just written is read as it would be later.</summary>
    public static SegmentIndex Parse(string blob, ReadOnlySpan<byte> segment)
    {
        SegmentHeader header = SegmentHeader.Read(blob, segment, segment.Length);
        return new SegmentIndex(blob, header, Parse(blob, header, segment.Slice(PackFormat.HeaderSizeBytes, header.IndexSizeBytes)));
    }

    private static Dictionary<string, SegmentEntry> Parse(string blob, SegmentHeader header, ReadOnlySpan<byte> index)
    {
        var entries = new Dictionary<string, SegmentEntry>(header.EntryCount, StringComparer.Ordinal);
        for (int number = 0; number < header.EntryCount; number++)
        {
            SegmentEntry entry = SegmentEntry.Read(index.Slice(number * PackFormat.EntrySizeBytes, PackFormat.EntrySizeBytes));
            bool isSound = entry.HomeSegment >= 0 && entry.Encoding <= BlockEncoding.Zstd && entry.StoredSizeBytes >= 0
                && entry.RawSizeBytes is >= 0 and <= PackFormat.MaxBlockSizeBytes && entry.Offset >= 0
                && entry.Offset + entry.StoredSizeBytes <= header.TotalSizeBytes;
            if (!isSound || !entries.TryAdd(entry.Sha256, entry))
                throw new BlobDamagedException(blob, $"entry {number} of its index contradicts the header or another entry");
        }

        return entries;
    }
}
