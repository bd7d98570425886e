using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using Loop.Store.Core.Blobs;

namespace Loop.Store.Core.Packs;

/// <summary>What a segment holds and where: everything but the blocks themselves.</summary>
/// <param name="Version">Of the segment: the form of its heads.</param>
/// <param name="ExchangeCount">Heads.</param>
/// <param name="HeadSizeBytes">Bytes of the heads, at the start of the last block.</param>
/// <param name="Blocks">In the order in which they lie.</param>
/// <param name="Bodies">In the order in which heads name them by number.</param>
internal sealed record SegmentIndex(ushort Version, int ExchangeCount, int HeadSizeBytes, IReadOnlyList<PackBlock> Blocks, IReadOnlyList<SegmentBody> Bodies)
{
    private Dictionary<string, SegmentBody>? _byHash;

    // Random bytes, which nothing compresses: in a small segment they would be a tenth of it.
    private bool HasHashes => Blocks.Count != 1 || Blocks[0].RawSizeBytes > PackFormat.HashedOnReadSizeBytes || Bodies.Any(body => !body.IsHere);

    // Without hashes every body lies in the one block; version 1 says so for each.
    private bool HasPlaces => HasHashes || Version == PackFormat.ArrivalVersion;

    /// <summary>Other segments whose bodies this one uses.</summary>
    public IEnumerable<int> HomeSegments => Bodies.Where(body => !body.IsHere).Select(body => body.HomeSegment).Distinct();

    /// <summary>The body, if its bytes lie here.</summary>
    public SegmentBody? Find(string sha256) => (_byHash ??= Bodies.ToDictionary(body => body.Sha256, StringComparer.Ordinal)).GetValueOrDefault(sha256) is { IsHere: true } body ? body : null;

    /// <summary>Bytes of a body by its number, from 1; 0 where they lie in another segment.</summary>
    /// <exception cref="InvalidDataException">There is no such body.</exception>
    public int SizeOf(int number) =>
        number > 0 && number <= Bodies.Count ? Bodies[number - 1].SizeBytes : throw new InvalidDataException($"body {number} is not in the index");

    /// <summary>Reads header and index; null when there is no such segment.</summary>
    public static async Task<SegmentIndex?> Read(IBlobStore blobs, string blob, CancellationToken cancellationToken)
    {
        if (await blobs.Size(blob, cancellationToken) is not { } size)
            return null;
        if (size < PackFormat.HeaderSizeBytes)
            throw new BlobDamagedException(blob, $"it has {size} bytes, fewer than its header takes");
        if (await blobs.Read(blob, 0, PackFormat.HeaderSizeBytes, cancellationToken) is not { } headerBytes)
            return null;
        SegmentHeader header = SegmentHeader.Read(blob, headerBytes, size);
        if (await blobs.Read(blob, PackFormat.HeaderSizeBytes, header.IndexSizeBytes, cancellationToken) is not { } bytes)
            return null;
        SegmentIndex index = Parse(blob, header, bytes);
        if (index.Bodies.All(body => body.Sha256.Length > 0))
            return index;
        return await blobs.Read(blob, index.Blocks[0].Offset, index.Blocks[0].StoredSizeBytes, cancellationToken) is { } stored ? index.Hashed(blob, stored) : null;
    }

    /// <summary>Header and index of a whole segment in memory: what was just written is read as it would be later.</summary>
    public static SegmentIndex Parse(string blob, ReadOnlySpan<byte> segment)
    {
        SegmentHeader header = SegmentHeader.Read(blob, segment, segment.Length);
        SegmentIndex index = Parse(blob, header, segment.Slice(PackFormat.HeaderSizeBytes, header.IndexSizeBytes));
        return index.Bodies.All(body => body.Sha256.Length > 0) ? index : index.Hashed(blob, segment.Slice((int)index.Blocks[0].Offset, index.Blocks[0].StoredSizeBytes).ToArray());
    }

    /// <summary>The bytes of the index, its checksum at the end.</summary>
    public byte[] Render()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write7BitEncodedInt(ExchangeCount);
        writer.Write7BitEncodedInt(HeadSizeBytes);
        writer.Write7BitEncodedInt(Blocks.Count);
        foreach (PackBlock block in Blocks)
        {
            writer.Write((byte)block.Encoding);
            writer.Write7BitEncodedInt(block.StoredSizeBytes);
            writer.Write7BitEncodedInt(block.RawSizeBytes);
            writer.Write(block.Checksum);
        }

        writer.Write7BitEncodedInt(Bodies.Count);
        writer.Write(HasHashes);
        foreach (SegmentBody body in Bodies)
        {
            if (HasHashes)
                writer.Write(Convert.FromHexString(body.Sha256));
            if (HasPlaces)
                writer.Write7BitEncodedInt(body.HomeSegment);
            if (!body.IsHere)
                continue;
            if (HasPlaces)
                writer.Write7BitEncodedInt(body.Block);
            writer.Write7BitEncodedInt(body.SizeBytes);
        }

        writer.Write(XxHash64.HashToUInt64(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        return stream.ToArray();
    }

    private static SegmentIndex Parse(string blob, SegmentHeader header, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> content = bytes[..^PackFormat.ChecksumSizeBytes];
        if (XxHash64.HashToUInt64(content) != BinaryPrimitives.ReadUInt64LittleEndian(bytes[^PackFormat.ChecksumSizeBytes..]))
            throw new BlobDamagedException(blob, "the checksum of its index does not match");
        try
        {
            return ParseContent(blob, header, content.ToArray());
        }
        catch (Exception exception) when (exception is EndOfStreamException or FormatException or ArgumentException or OverflowException)
        {
            throw Contradiction(blob, exception.Message);
        }
    }

    private static SegmentIndex ParseContent(string blob, SegmentHeader header, byte[] content)
    {
        using var stream = new MemoryStream(content, writable: false);
        using var reader = new BinaryReader(stream);
        int exchanges = Number(blob, reader);
        int headSize = Number(blob, reader);
        var blocks = new PackBlock[Count(blob, reader, content.Length)];
        long offset = header.BlocksOffset;
        for (int number = 0; number < blocks.Length; number++)
        {
            blocks[number] = new PackBlock((BlockEncoding)reader.ReadByte(), offset, Number(blob, reader), Number(blob, reader), reader.ReadUInt64());
            offset += blocks[number].StoredSizeBytes;
            if (blocks[number].Encoding > BlockEncoding.ZstdTwo || blocks[number].RawSizeBytes > PackFormat.MaxBlockSizeBytes)
                throw Contradiction(blob, $"block {number}");
        }

        var bodies = new SegmentBody[Count(blob, reader, content.Length)];
        int[] filled = new int[blocks.Length];
        if (blocks.Length > 0)
            filled[^1] = headSize;
        bool hasHashes = reader.ReadBoolean();
        bool hasPlaces = hasHashes || header.Version == PackFormat.ArrivalVersion;
        for (int number = 0; number < bodies.Length; number++)
        {
            string sha256 = hasHashes ? Convert.ToHexStringLower(reader.ReadBytes(PackFormat.HashSizeBytes)) : "";
            int home = hasPlaces ? Number(blob, reader) : 0;
            if (home > 0)
            {
                bodies[number] = new SegmentBody(sha256, home, 0, 0, 0);
                continue;
            }

            int block = hasPlaces ? Number(blob, reader) : 0;
            int size = Number(blob, reader);
            if (block >= blocks.Length)
                throw Contradiction(blob, $"body {number}");
            bodies[number] = new SegmentBody(sha256, 0, block, filled[block], size);
            filled[block] = checked(filled[block] + size);
        }

        if (!hasHashes && bodies.Length > 0 && (blocks.Length != 1 || bodies.Any(body => !body.IsHere)))
            throw Contradiction(blob, "hashes are missing");
        bool isWhole = offset == header.TotalSizeBytes && stream.Position == content.Length && filled.SequenceEqual(blocks.Select(block => block.RawSizeBytes));
        bool isUnique = !hasHashes || bodies.DistinctBy(body => body.Sha256).Count() == bodies.Length;
        return isWhole && isUnique ? new SegmentIndex(header.Version, exchanges, headSize, blocks, bodies) : throw Contradiction(blob, "the sizes do not add up");
    }

    // Part of reading the index, so that whoever looks a body up by its hash need not know.
    private SegmentIndex Hashed(string blob, byte[] stored)
    {
        byte[] raw = Blocks[0].Decode(blob, stored);
        return this with { Bodies = [.. Bodies.Select(body => body with { Sha256 = Convert.ToHexStringLower(SHA256.HashData(raw.AsSpan(body.Offset, body.SizeBytes))) })] };
    }

    private static int Number(string blob, BinaryReader reader)
    {
        int number = reader.Read7BitEncodedInt();
        return number >= 0 ? number : throw Contradiction(blob, "a number is negative");
    }

    // Each takes bytes of the index, so that a wrong count cannot make us allocate more than the file is long.
    private static int Count(string blob, BinaryReader reader, int atMost)
    {
        int count = Number(blob, reader);
        return count <= atMost ? count : throw Contradiction(blob, "a count is larger than the index");
    }

    private static BlobDamagedException Contradiction(string blob, string fact) => new(blob, $"its index contradicts itself or the header ({fact})");
}
