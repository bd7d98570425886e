using System.IO.Hashing;
using System.Security.Cryptography;
using Google.Protobuf;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Exchanges;
using Loop.Protocols.Exchanges.V1;
using ZstdSharp;

namespace Loop.Store.Core.Packs;

/// <summary>Gathers exchanges and bodies of one segment, then renders its bytes. Not thread-safe; used once.</summary>
/// <param name="findHome">The number of the earlier segment that holds a body; 0 when none does.</param>
internal sealed class SegmentBuilder(Func<string, int> findHome) : IDisposable
{
    private readonly Compressor _compressor = new(PackFormat.CompressionLevel);
    private readonly MemoryStream _heads = new();
    private readonly List<int> _headSizes = [];
    private readonly List<long> _ownBytes = [];
    private readonly List<(SegmentEntry Entry, byte[] Stored)> _bodies = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Adds an exchange with its bodies.</summary>
    /// <exception cref="BodyMismatchException">A body is not what the head says.</exception>
    public void Add(CapturedExchange exchange)
    {
        ExchangeHead head = ExchangeCodec.Encode(exchange.Head);
        long ownBytes = AddPart(exchange.Head, "request", exchange.Head.Request?.Body, exchange.RequestBody.Span)
            + AddPart(exchange.Head, "response", exchange.Head.Response?.Body, exchange.ResponseBody.Span);
        long before = _heads.Length;
        head.WriteDelimitedTo(_heads);
        _headSizes.Add((int)(_heads.Length - before));
        _ownBytes.Add(ownBytes);
    }

    /// <summary>Adds a body; returns the bytes that it adds to the segment.</summary>
    public long AddBody(string sha256, ReadOnlySpan<byte> body)
    {
        if (!_known.Add(sha256))
            return 0;
        int home = findHome(sha256);
        if (home > 0)
        {
            _bodies.Add((new SegmentEntry(sha256, home, BlockEncoding.Raw, 0, 0, 0, 0), []));
            return PackFormat.EntrySizeBytes;
        }

        PackBlock block = PackBlock.Encode(_compressor, body);
        _bodies.Add((new SegmentEntry(sha256, 0, block.Encoding, 0, block.Stored.Length, block.RawSizeBytes, block.Checksum), block.Stored));
        return PackFormat.EntrySizeBytes + block.Stored.Length;
    }

    /// <summary>The bytes of the segment, and what each exchange added to them: together that is all of them.</summary>
    public (byte[] Segment, IReadOnlyList<long> StoredBytes) Build()
    {
        PackBlock heads = PackBlock.Encode(_compressor, _heads.GetBuffer().AsSpan(0, (int)_heads.Length));
        long headOffset = PackFormat.HeaderSizeBytes + ((long)_bodies.Count * PackFormat.EntrySizeBytes);
        byte[] segment = new byte[headOffset + heads.Stored.Length + _bodies.Sum(body => (long)body.Stored.Length)];
        heads.Stored.CopyTo(segment.AsSpan((int)headOffset));
        long offset = headOffset + heads.Stored.Length;
        Span<byte> index = segment.AsSpan(PackFormat.HeaderSizeBytes, _bodies.Count * PackFormat.EntrySizeBytes);
        for (int number = 0; number < _bodies.Count; number++)
        {
            (SegmentEntry entry, byte[] stored) = _bodies[number];
            (entry.IsHere ? entry with { Offset = offset } : entry).Write(index[(number * PackFormat.EntrySizeBytes)..]);
            stored.CopyTo(segment.AsSpan((int)offset));
            offset += stored.Length;
        }

        new SegmentHeader(_headSizes.Count, _bodies.Count, heads.Encoding, heads.Stored.Length, heads.RawSizeBytes, heads.Checksum, XxHash64.HashToUInt64(index), segment.Length)
            .Write(segment);
        return (segment, Share(heads.Stored.Length + PackFormat.HeaderSizeBytes));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _compressor.Dispose();
        _heads.Dispose();
    }

    private long AddPart(Exchange exchange, string part, BodyInfo? info, ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty && info?.Sha256 is null)
            return 0;
        string actual = Convert.ToHexStringLower(SHA256.HashData(body));
        if (info is null || info.Sha256 != actual || info.KeptBytes != body.Length)
            throw new BodyMismatchException(exchange.Id, part, info, actual, body.Length);
        return AddBody(actual, body);
    }

    // The heads are compressed together: each exchange gets the part of the block that its raw size is, the last one the rounding.
    private long[] Share(long commonBytes)
    {
        long[] shares = [.. _ownBytes];
        long rawTotal = _headSizes.Sum(size => (long)size);
        long left = commonBytes;
        for (int index = 0; index < shares.Length; index++)
        {
            long share = index == shares.Length - 1 ? left : commonBytes * _headSizes[index] / rawTotal;
            shares[index] += share;
            left -= share;
        }

        return shares;
    }
}

/// <summary>The bytes of a body are not those that its head tells of: the sender is wrong, and storing it would make the recording lie.</summary>
public sealed class BodyMismatchException(ExchangeId exchange, string part, BodyInfo? info, string actualSha256, int actualSizeBytes)
    : Exception($"The {part} body of exchange {exchange} has {actualSizeBytes} bytes with SHA-256 {actualSha256}; its head says {info?.KeptBytes ?? 0} bytes with {info?.Sha256 ?? "no hash"}.");
