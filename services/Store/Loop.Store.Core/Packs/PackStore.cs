using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Exchanges;
using Loop.Protocols.Exchanges.V1;
using Loop.Store.Core.Blobs;

namespace Loop.Store.Core.Packs;

/// <summary>Packs as blobs <c>packs/OWNER/NUMBER</c>. Writes of one owner go one after another; reads wait for nothing.</summary>
public sealed class PackStore(IBlobStore blobs) : IPackStore
{
    private const string Area = "packs";

    private readonly PackGates _gates = new();
    private readonly RecentOwners _recent = new();

    /// <inheritdoc/>
    public async Task<SegmentWritten> WriteSegment(string owner, IReadOnlyList<CapturedExchange> exchanges, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(exchanges.Count);
        using IDisposable gate = await _gates.Enter(owner, cancellationToken);
        SortedDictionary<int, SegmentIndex?> pack = await ReadPack(owner, cancellationToken);
        using var builder = new SegmentBuilder(sha256 => HomeOf(pack, sha256));
        foreach (CapturedExchange exchange in exchanges)
            builder.Add(exchange);
        (byte[] segment, IReadOnlyList<long> storedBytes) = builder.Build();
        return new SegmentWritten(await Write(owner, pack, segment, cancellationToken), storedBytes);
    }

    /// <inheritdoc/>
    public async Task<string> WriteBody(string owner, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(body.Span));
        using IDisposable gate = await _gates.Enter(owner, cancellationToken);
        SortedDictionary<int, SegmentIndex?> pack = await ReadPack(owner, cancellationToken);
        if (HomeOf(pack, sha256) > 0)
            return sha256;
        using var builder = new SegmentBuilder(_ => 0);
        builder.AddBody(sha256, body.Span);
        await Write(owner, pack, builder.Build().Segment, cancellationToken);
        return sha256;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Exchange>> ReadHeads(string owner, int segment, CancellationToken cancellationToken)
    {
        string blob = NameOf(owner, segment);
        SegmentIndex index = await SegmentIndex.Read(blobs, blob, cancellationToken) ?? throw new BlobDamagedException(blob, "it is missing");
        SegmentHeader header = index.Header;
        byte[] stored = await blobs.Read(blob, header.HeadOffset, header.HeadStoredSizeBytes, cancellationToken) ?? throw new BlobDamagedException(blob, "it is missing");
        byte[] raw = PackBlock.Decode(header.HeadEncoding, stored, header.HeadRawSizeBytes, header.HeadChecksum, out string fact)
            ?? throw new BlobDamagedException(blob, $"heads: {fact}");
        return DecodeHeads(blob, raw, header.ExchangeCount);
    }

    /// <inheritdoc/>
    public async Task<byte[]?> ReadBody(string owner, string sha256, CancellationToken cancellationToken)
    {
        // Damage in one segment must not hide a body that lies in another: it is told only when the body was found nowhere.
        BlobDamagedException? damage = null;
        foreach (int segment in await Segments(owner, cancellationToken))
        {
            try
            {
                if (await SegmentIndex.Read(blobs, NameOf(owner, segment), cancellationToken) is { } index && index.Find(sha256) is { } entry)
                    return await ReadBlock(index.Blob, entry, cancellationToken);
            }
            catch (BlobDamagedException exception)
            {
                damage ??= exception;
            }
        }

        return damage is null ? null : throw damage;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<int>> Segments(string owner, CancellationToken cancellationToken)
    {
        List<int> numbers = [];
        string prefix = $"{Area}/{owner}/";
        await foreach (string name in blobs.List(prefix, cancellationToken))
        {
            if (int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                numbers.Add(number);
        }

        numbers.Sort();
        return numbers;
    }

    /// <summary>
    /// <inheritdoc/>
    /// Kept besides the referenced ones: segments whose bodies those use, segments that hold bodies only (events name these by hash),
    /// and whatever was written since this process started, whose event may be on its way.
    /// </summary>
    public async Task<int> SweepOrphans(string owner, IReadOnlySet<int> referenced, CancellationToken cancellationToken)
    {
        using IDisposable gate = await _gates.Enter(owner, cancellationToken);
        SortedDictionary<int, SegmentIndex?> pack = await ReadPack(owner, cancellationToken);
        int firstRecent = _recent.FirstSegment(owner) ?? int.MaxValue;
        HashSet<int> kept = [.. pack.Where(pair => pair.Value is not { Header.ExchangeCount: > 0 } || pair.Key >= firstRecent || referenced.Contains(pair.Key)).Select(pair => pair.Key)];
        kept.UnionWith(kept.ToArray().SelectMany(number => pack[number]?.HomeSegments ?? []));
        int[] orphans = [.. pack.Keys.Where(number => !kept.Contains(number))];
        foreach (int orphan in orphans)
            await blobs.Delete(NameOf(owner, orphan), cancellationToken);
        return orphans.Length;
    }

    private static string NameOf(string owner, int segment) => string.Create(CultureInfo.InvariantCulture, $"{Area}/{owner}/{segment}");

    private static int HomeOf(SortedDictionary<int, SegmentIndex?> pack, string sha256) => pack.FirstOrDefault(pair => pair.Value?.Find(sha256) is not null).Key;

    private static Exchange[] DecodeHeads(string blob, byte[] raw, int count)
    {
        try
        {
            using var stream = new MemoryStream(raw, writable: false);
            var heads = new Exchange[count];
            for (int ordinal = 0; ordinal < count; ordinal++)
                heads[ordinal] = ExchangeCodec.Decode(ExchangeHead.Parser.ParseDelimitedFrom(stream));
            return stream.Position == raw.Length ? heads : throw new BlobDamagedException(blob, "bytes are left behind its last head");
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidDataException)
        {
            throw new BlobDamagedException(blob, $"a head cannot be decoded ({exception.Message})");
        }
    }

    private async Task<int> Write(string owner, SortedDictionary<int, SegmentIndex?> pack, byte[] segment, CancellationToken cancellationToken)
    {
        int number = pack.Count == 0 ? 1 : pack.Keys.Max() + 1;
        _recent.Note(owner, number);
        await blobs.Write(NameOf(owner, number), segment, cancellationToken);
        return number;
    }

    // A damaged segment (null) keeps its number and is left alone; it must not stop what comes after it from being recorded.
    private async Task<SortedDictionary<int, SegmentIndex?>> ReadPack(string owner, CancellationToken cancellationToken)
    {
        var pack = new SortedDictionary<int, SegmentIndex?>();
        foreach (int segment in await Segments(owner, cancellationToken))
        {
            try
            {
                if (await SegmentIndex.Read(blobs, NameOf(owner, segment), cancellationToken) is { } index)
                    pack.Add(segment, index);
            }
            catch (BlobDamagedException)
            {
                pack.Add(segment, null);
            }
        }

        return pack;
    }

    private async Task<byte[]> ReadBlock(string blob, SegmentEntry entry, CancellationToken cancellationToken)
    {
        byte[] stored = await blobs.Read(blob, entry.Offset, entry.StoredSizeBytes, cancellationToken) ?? throw new BlobDamagedException(blob, "it is missing");
        return PackBlock.Decode(entry.Encoding, stored, entry.RawSizeBytes, entry.Checksum, out string fact)
            ?? throw new BlobDamagedException(blob, $"body {entry.Sha256}: {fact}");
    }
}
