using System.Collections.Immutable;
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
    private readonly PackCache _cache = new();

    /// <inheritdoc/>
    public async Task<SegmentWritten> WriteSegment(string owner, IReadOnlyList<CapturedExchange> exchanges, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(exchanges.Count);
        using IDisposable gate = await _gates.Enter(owner, cancellationToken);
        ImmutableSortedDictionary<int, PackSegment> pack = await ReadPack(owner, cancellationToken);
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
        ImmutableSortedDictionary<int, PackSegment> pack = await ReadPack(owner, cancellationToken);
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
        foreach (PackSegment segment in (_cache.Find(owner) ?? await ReadPackBehindGate(owner, cancellationToken)).Values)
        {
            damage ??= segment.Damage;
            if (segment.Index?.Find(sha256) is not { } entry)
                continue;
            try
            {
                return await ReadBlock(segment.Index.Blob, entry, cancellationToken);
            }
            catch (BlobDamagedException exception)
            {
                damage = exception;
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
        ImmutableSortedDictionary<int, PackSegment> pack = await ReadPack(owner, cancellationToken);
        int firstRecent = _recent.FirstSegment(owner) ?? int.MaxValue;
        HashSet<int> kept = [.. pack.Where(pair => pair.Value.Index is not { Header.ExchangeCount: > 0 } || pair.Key >= firstRecent || referenced.Contains(pair.Key)).Select(pair => pair.Key)];
        kept.UnionWith(kept.ToArray().SelectMany(number => pack[number].Index?.HomeSegments ?? []));
        int[] orphans = [.. pack.Keys.Where(number => !kept.Contains(number))];
        _cache.Forget(owner);
        foreach (int orphan in orphans)
            await blobs.Delete(NameOf(owner, orphan), cancellationToken);
        return orphans.Length;
    }

    private static string NameOf(string owner, int segment) => string.Create(CultureInfo.InvariantCulture, $"{Area}/{owner}/{segment}");

    private static int HomeOf(ImmutableSortedDictionary<int, PackSegment> pack, string sha256) => pack.FirstOrDefault(pair => pair.Value.Index?.Find(sha256) is not null).Key;

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

    private async Task<int> Write(string owner, ImmutableSortedDictionary<int, PackSegment> pack, byte[] segment, CancellationToken cancellationToken)
    {
        int number = pack.IsEmpty ? 1 : pack.Keys.Last() + 1;
        string blob = NameOf(owner, number);
        _recent.Note(owner, number);

        // A write that fails may still have happened; then the next one must see it.
        _cache.Forget(owner);
        await blobs.Write(blob, segment, cancellationToken);
        _cache.Set(owner, pack.Add(number, new PackSegment(SegmentIndex.Parse(blob, segment), null)));
        return number;
    }

    private async Task<ImmutableSortedDictionary<int, PackSegment>> ReadPackBehindGate(string owner, CancellationToken cancellationToken)
    {
        using IDisposable gate = await _gates.Enter(owner, cancellationToken);
        return await ReadPack(owner, cancellationToken);
    }

    // A damaged segment keeps its number and is left alone; it must not stop what comes after it from being recorded.
    private async Task<ImmutableSortedDictionary<int, PackSegment>> ReadPack(string owner, CancellationToken cancellationToken)
    {
        if (_cache.Find(owner) is { } cached)
            return cached;
        var pack = ImmutableSortedDictionary.CreateBuilder<int, PackSegment>();
        foreach (int segment in await Segments(owner, cancellationToken))
        {
            try
            {
                if (await SegmentIndex.Read(blobs, NameOf(owner, segment), cancellationToken) is { } index)
                    pack.Add(segment, new PackSegment(index, null));
            }
            catch (BlobDamagedException exception)
            {
                pack.Add(segment, new PackSegment(null, exception));
            }
        }

        ImmutableSortedDictionary<int, PackSegment> read = pack.ToImmutable();
        if (!read.IsEmpty)
            _cache.Set(owner, read);
        return read;
    }

    private async Task<byte[]> ReadBlock(string blob, SegmentEntry entry, CancellationToken cancellationToken)
    {
        byte[] stored = await blobs.Read(blob, entry.Offset, entry.StoredSizeBytes, cancellationToken) ?? throw new BlobDamagedException(blob, "it is missing");
        return PackBlock.Decode(entry.Encoding, stored, entry.RawSizeBytes, entry.Checksum, out string fact)
            ?? throw new BlobDamagedException(blob, $"body {entry.Sha256}: {fact}");
    }
}
