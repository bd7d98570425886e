using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Blobs;

namespace Loop.Store.Core.Packs;

/// <summary>Packs as blobs <c>packs/OWNER/NUMBER</c>. Writes of one owner go one after another; reads wait for nothing.</summary>
public sealed class PackStore(IBlobStore blobs) : IPackStore
{
    private const string Area = "packs";
    private const int MaxReadTries = 3;

    private readonly PackGates _gates = new();
    private readonly RecentOwners _recent = new();
    private readonly PackCache _cache = new();

    /// <inheritdoc/>
    public async Task<SegmentWritten> WriteSegment(string owner, IReadOnlyList<CapturedExchange> exchanges, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(exchanges.Count);
        using IDisposable gate = await _gates.Enter(owner, cancellationToken);
        ImmutableSortedDictionary<int, PackSegment> pack = await ReadPack(owner, cancellationToken);
        using SegmentBuilder builder = ArrivalBuilder(sha256 => HomeOf(pack, sha256));
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
        using SegmentBuilder builder = ArrivalBuilder(_ => 0);
        builder.AddBody(sha256, body.Span);
        await Write(owner, pack, builder.Build().Segment, cancellationToken);
        return sha256;
    }

    /// <inheritdoc/>
    public async Task<SegmentWritten> Compact(string owner, IReadOnlyList<PackPlace> places, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(places.Count);

        // What comes meanwhile is recorded meanwhile: only the write itself is behind the gate. Compressing takes a processor for a while, so not the caller's thread.
        var compactor = new PackCompactor(blobs, segment => NameOf(owner, segment), await ReadPackBehindGate(owner, cancellationToken));
        (byte[] segment, IReadOnlyList<long> storedBytes) = await Task.Run(() => compactor.Build(places, cancellationToken), cancellationToken);
        using IDisposable gate = await _gates.Enter(owner, cancellationToken);
        ImmutableSortedDictionary<int, PackSegment> pack = await ReadPack(owner, cancellationToken);

        // The append after an earlier try failed: the same exchanges give the same bytes, and each further try would leave an orphan.
        bool isWritten = !pack.IsEmpty && await IsContent(NameOf(owner, pack.Keys.Last()), segment, cancellationToken);
        return new SegmentWritten(isWritten ? pack.Keys.Last() : await Write(owner, pack, segment, cancellationToken), storedBytes);
    }

    /// <inheritdoc/>
    public async Task Remove(string owner, IReadOnlySet<int> segments, CancellationToken cancellationToken)
    {
        using IDisposable gate = await _gates.Enter(owner, cancellationToken);
        ImmutableSortedDictionary<int, PackSegment> pack = await ReadPack(owner, cancellationToken);
        int[] kept = [.. pack.Keys.Where(number => !segments.Contains(number))];
        HashSet<int> used = [.. kept.SelectMany(number => pack[number].Index?.HomeSegments ?? [])];
        await Delete(owner, pack, pack.Keys.Where(number => segments.Contains(number) && !used.Contains(number)), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Exchange>> ReadHeads(string owner, int segment, CancellationToken cancellationToken)
    {
        string blob = NameOf(owner, segment);
        SegmentIndex index = await SegmentIndex.Read(blobs, blob, cancellationToken) ?? throw new BlobDamagedException(blob, "it is missing");
        return await SegmentReader.ReadHeads(blobs, blob, index, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<byte[]?> ReadBody(string owner, string sha256, CancellationToken cancellationToken)
    {
        for (int tries = 1; ; tries++)
        {
            ImmutableSortedDictionary<int, PackSegment> pack = _cache.Find(owner) ?? await ReadPackBehindGate(owner, cancellationToken);
            (byte[]? body, BlobDamagedException? damage) = await ReadBody(owner, pack, sha256, cancellationToken);
            if (damage is null)
                return body;

            // A segment that was compacted away under this reader is missing: the pack as it is now has the body elsewhere.
            if (tries == MaxReadTries || ReferenceEquals(_cache.Find(owner), pack))
                throw damage;
        }
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
        HashSet<int> kept = [.. pack.Where(pair => pair.Value.Index is not { ExchangeCount: > 0 } || pair.Key >= firstRecent || referenced.Contains(pair.Key)).Select(pair => pair.Key)];
        kept.UnionWith(kept.ToArray().SelectMany(number => pack[number].Index?.HomeSegments ?? []));
        int[] orphans = [.. pack.Keys.Where(number => !kept.Contains(number))];
        await Delete(owner, pack, orphans, cancellationToken);
        return orphans.Length;
    }

    private static string NameOf(string owner, int segment) => string.Create(CultureInfo.InvariantCulture, $"{Area}/{owner}/{segment}");

    private static SegmentBuilder ArrivalBuilder(Func<string, int> findHome) => new(PackFormat.ArrivalVersion, findHome, _ => PackFormat.ArrivalLevel);

    // The newest that has it: an older one may be compacted away soon.
    private static int HomeOf(ImmutableSortedDictionary<int, PackSegment> pack, string sha256) => pack.LastOrDefault(pair => pair.Value.Index?.Find(sha256) is not null).Key;

    // Damage in one segment must not hide a body that lies in another: it is told only when the body was found nowhere.
    private async Task<(byte[]? Body, BlobDamagedException? Damage)> ReadBody(string owner, ImmutableSortedDictionary<int, PackSegment> pack, string sha256, CancellationToken cancellationToken)
    {
        BlobDamagedException? damage = null;
        foreach ((int number, PackSegment segment) in pack)
        {
            damage ??= segment.Damage;
            if (segment.Index?.Find(sha256) is not { } body)
                continue;
            try
            {
                return (await SegmentReader.ReadBody(blobs, NameOf(owner, number), segment.Index, body, cancellationToken), null);
            }
            catch (BlobDamagedException exception)
            {
                damage = exception;
            }
        }

        return (null, damage);
    }

    private async Task<bool> IsContent(string blob, byte[] segment, CancellationToken cancellationToken) =>
        await blobs.Size(blob, cancellationToken) == segment.Length && await blobs.Read(blob, 0, segment.Length, cancellationToken) is { } stored && segment.AsSpan().SequenceEqual(stored);

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

    private async Task Delete(string owner, ImmutableSortedDictionary<int, PackSegment> pack, IEnumerable<int> segments, CancellationToken cancellationToken)
    {
        int[] removed = [.. segments];
        _cache.Forget(owner);
        foreach (int segment in removed)
            await blobs.Delete(NameOf(owner, segment), cancellationToken);
        ImmutableSortedDictionary<int, PackSegment> left = pack.RemoveRange(removed);
        if (!left.IsEmpty)
            _cache.Set(owner, left);
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
}
