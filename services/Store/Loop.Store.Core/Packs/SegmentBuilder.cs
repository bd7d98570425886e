using System.Security.Cryptography;
using Google.Protobuf;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Faults;
using Loop.Store.Core.Packs.Heads;

namespace Loop.Store.Core.Packs;

/// <summary>Gathers exchanges and bodies of one segment, then renders its bytes. Holds at most one block that is not compressed. Not thread-safe; used once.</summary>
/// <param name="version">Of the segment: the form of its heads.</param>
/// <param name="findHome">The number of the other segment that holds a body; 0 when none does.</param>
/// <param name="levelOf">zstd level for a block of that raw size.</param>
internal sealed class SegmentBuilder(ushort version, Func<string, int> findHome, Func<int, int> levelOf) : IDisposable
{
    private readonly List<HeadRow> _heads = [];
    private readonly MemoryStream _open = new();
    private readonly List<long> _ownRawBytes = [];
    private readonly List<(PackBlock Block, byte[] Stored)> _blocks = [];
    private readonly List<SegmentBody> _bodies = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private long _headRawBytes;

    /// <summary>Adds an exchange with its bodies.</summary>
    /// <exception cref="BodyMismatchException">A body is not what the head says.</exception>
    public void Add(CapturedExchange exchange)
    {
        long before = RawBytes;
        int requestBody = AddPart(exchange.Head, "request", exchange.Head.Request?.Body, exchange.RequestBody.Span);
        int responseBody = AddPart(exchange.Head, "response", exchange.Head.Response?.Body, exchange.ResponseBody.Span);
        HeadRow row = SegmentHeads.Row(exchange.Head, requestBody, responseBody);
        _heads.Add(row);
        _headRawBytes += row.Head.CalculateSize();
        _ownRawBytes.Add(RawBytes - before);
    }

    /// <summary>Adds a body; returns its number, from 1.</summary>
    public int AddBody(string sha256, ReadOnlySpan<byte> body)
    {
        if (_numbers.TryGetValue(sha256, out int known))
            return known;
        int home = findHome(sha256);
        if (home == 0 && _open.Length > 0 && _open.Length + body.Length > PackFormat.BlockSizeBytes)
            CloseBlock();
        _bodies.Add(home > 0 ? new SegmentBody(sha256, home, 0, 0, 0) : new SegmentBody(sha256, 0, _blocks.Count, (int)_open.Length, body.Length));
        if (home == 0)
            _open.Write(body);
        return _numbers[sha256] = _bodies.Count;
    }

    /// <summary>The bytes of the segment, and what each exchange added to them: together that is all of them.</summary>
    public (byte[] Segment, IReadOnlyList<long> StoredBytes) Build()
    {
        // The heads and the last bodies share a block: for most conversations it is the only one, and what is alike in them is stored once.
        (byte[] heads, int noiseEnd) = version == PackFormat.ArrivalVersion ? (SegmentHeads.WriteMessages(_heads), 0) : Columns();
        byte[] last = [.. heads, .. _open.ToArray()];
        _blocks.Add(PackBlock.Encode(last, Encoding, levelOf(last.Length), noiseEnd));
        ushort form = version != PackFormat.ArrivalVersion && HasChunks ? PackFormat.ChunkedVersion : version;
        var index = new SegmentIndex(form, _ownRawBytes.Count, heads.Length, [.. _blocks.Select(pair => pair.Block)], _bodies);
        byte[] indexBytes = index.Render();
        long total = PackFormat.HeaderSizeBytes + indexBytes.Length + _blocks.Sum(pair => (long)pair.Stored.Length);
        byte[] segment = new byte[total];
        new SegmentHeader(form, indexBytes.Length, total).Write(segment);
        indexBytes.CopyTo(segment.AsSpan(PackFormat.HeaderSizeBytes));
        int offset = PackFormat.HeaderSizeBytes + indexBytes.Length;
        foreach ((_, byte[] stored) in _blocks)
        {
            stored.CopyTo(segment.AsSpan(offset));
            offset += stored.Length;
        }

        return (segment, Share(total));
    }

    /// <inheritdoc/>
    public void Dispose() => _open.Dispose();

    // What takes the place of recorded facts is read again before it does: a field that the walk forgot would else be lost with the old segments.
    private (byte[] Heads, int NoiseEnd) Columns()
    {
        int SizeOf(int number) => _bodies[number - 1].SizeBytes;
        (byte[] heads, int noiseEnd) = HeadColumns.Write(_heads, SizeOf, HasChunks);
        return HeadColumns.Read(heads, _heads.Count, SizeOf, HasChunks).SequenceEqual(_heads) ? (heads, noiseEnd) : throw new HeadsDifferException(_heads[0].Head.Node);
    }

    private bool HasChunks => _heads.Exists(row => row.Head.Request?.Chunks.Count > 0 || row.Head.Response?.Chunks.Count > 0);

    private BlockEncoding Encoding => version == PackFormat.ArrivalVersion ? BlockEncoding.Zstd : BlockEncoding.ZstdTwo;

    private long RawBytes => _headRawBytes + _open.Length + _blocks.Sum(pair => (long)pair.Block.RawSizeBytes) + (_bodies.Count * PackFormat.HashSizeBytes);

    private int AddPart(Exchange exchange, string part, BodyInfo? info, ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty && info?.Sha256 is null)
            return 0;
        string actual = Convert.ToHexStringLower(SHA256.HashData(body));
        if (info is null || info.Sha256 != actual || info.KeptBytes != body.Length)
            throw new BodyMismatchException(exchange.Id, part, info, actual, body.Length);
        return AddBody(actual, body);
    }

    private void CloseBlock()
    {
        _blocks.Add(PackBlock.Encode(_open.GetBuffer().AsSpan(0, (int)_open.Length), Encoding, levelOf((int)_open.Length)));
        _open.SetLength(0);
    }

    // Exchanges are compressed together: each gets the part that its raw size is, the last one the rounding.
    private long[] Share(long totalBytes)
    {
        long rawTotal = Math.Max(1, _ownRawBytes.Sum());
        long[] shares = [.. _ownRawBytes.Select(own => totalBytes * own / rawTotal)];
        if (shares.Length > 0)
            shares[^1] += totalBytes - shares.Sum();
        return shares;
    }
}

/// <summary>Heads, encoded and decoded, are not what they were: a fault of this Loop. The segment was not written, and what should be compacted stays where it is.</summary>
public sealed class HeadsDifferException(string node)
    : StoreException($"Exchanges of node {node} cannot be compacted: read back, a head differs from what was recorded. They stay as they are and take more room. Please report this as a bug.", null);

/// <summary>The bytes of a body are not those that its head tells of: the sender is wrong, and storing it would make the recording lie.</summary>
public sealed class BodyMismatchException(ExchangeId exchange, string part, BodyInfo? info, string actualSha256, int actualSizeBytes)
    : Exception($"The {part} body of exchange {exchange} has {actualSizeBytes} bytes with SHA-256 {actualSha256}; its head says {info?.KeptBytes ?? 0} bytes with {info?.Sha256 ?? "no hash"}.");
