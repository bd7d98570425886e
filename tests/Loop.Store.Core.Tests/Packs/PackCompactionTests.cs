using System.Text.Json;
using CsCheck;
using Loop.Contracts.Exchanges;
using Loop.Store.Conformance.Blobs;
using Loop.Store.Core.Blobs;
using Loop.Store.Core.Packs;
using Xunit;

namespace Loop.Store.Core.Tests.Packs;

public sealed class PackCompactionTests
{
    private const string Owner = "conversation-aaaabbbbcccc";

    private readonly InMemoryBlobStore _blobs = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Compact_OfManySegments_GivesTheSameExchangesInOne() => await PackSamples.Exchanges.Array[1, 4].SampleAsync(
        async arrivals =>
        {
            var blobs = new InMemoryBlobStore();
            var packs = new PackStore(blobs);
            var places = new List<PackPlace>();
            var all = new List<CapturedExchange>();
            foreach (CapturedExchange[] arrival in arrivals)
            {
                int segment = (await packs.WriteSegment(Owner, arrival, Cancellation)).Segment;
                places.AddRange(arrival.Select((_, ordinal) => new PackPlace(segment, ordinal)));
                all.AddRange(arrival);
            }

            SegmentWritten compacted = await packs.Compact(Owner, places, Cancellation);

            // One small arrival may be the very same bytes: then it is the compacted segment.
            await packs.Remove(Owner, places.Select(place => place.Segment).Where(segment => segment != compacted.Segment).ToHashSet(), Cancellation);
            Assert.InRange(compacted.Segment, arrivals.Length == 1 ? 1 : arrivals.Length + 1, arrivals.Length + 1);
            Assert.Equal(await blobs.Size($"packs/{Owner}/{compacted.Segment}", Cancellation), compacted.StoredBytes.Sum());
            foreach (PackStore reader in (PackStore[])[packs, new PackStore(blobs)])
            {
                Assert.Equal([compacted.Segment], await reader.Segments(Owner, Cancellation));
                Assert.Equal(Text(all.Select(exchange => exchange.Head)), Text(await reader.ReadHeads(Owner, compacted.Segment, Cancellation)));
                foreach (CapturedExchange exchange in all)
                {
                    await AssertBody(reader, exchange.Head.Request!.Body, exchange.RequestBody);
                    await AssertBody(reader, exchange.Head.Response!.Body, exchange.ResponseBody);
                }
            }
        },
        iter: 100);

    [Fact]
    public async Task Compact_OfLargeBodies_ReadsOneWithoutTheOthers()
    {
        var packs = new PackStore(_blobs);
        var random = new Random(7);
        byte[][] bodies = [.. Enumerable.Range(0, 5).Select(_ => new byte[700_000])];
        foreach (byte[] body in bodies)
        {
            random.NextBytes(body);
            await packs.WriteSegment(Owner, [PackSamples.Exchange(1, body, [], "x")], Cancellation);
        }

        int segment = (await packs.Compact(Owner, [.. Enumerable.Range(1, 5).Select(number => new PackPlace(number, 0))], Cancellation)).Segment;
        await packs.Remove(Owner, Enumerable.Range(1, 5).ToHashSet(), Cancellation);

        // The third of five blocks is damaged: the bodies in the others do not depend on it, nor do the heads.
        long size = (await _blobs.Size($"packs/{Owner}/{segment}", Cancellation))!.Value;
        _blobs.Damage($"packs/{Owner}/{segment}", bytes =>
        {
            bytes[size / 2] ^= 1;
            return bytes;
        });
        Assert.Equal(5, (await packs.ReadHeads(Owner, segment, Cancellation)).Count);
        foreach (byte[] whole in (byte[][])[bodies[0], bodies[1], bodies[3], bodies[4]])
            Assert.Equal(whole, await packs.ReadBody(Owner, PackSamples.Sha256(whole), Cancellation));
        await Assert.ThrowsAsync<BlobDamagedException>(() => packs.ReadBody(Owner, PackSamples.Sha256(bodies[2]), Cancellation));
    }

    [Fact]
    public async Task Compact_OfADamagedSegment_WritesNothing()
    {
        var packs = new PackStore(_blobs);
        await Write(packs, "one", "two");
        _blobs.Damage($"packs/{Owner}/2", bytes => bytes[..^1]);

        foreach (PackStore store in (PackStore[])[packs, new PackStore(_blobs)])
            await Assert.ThrowsAsync<BlobDamagedException>(() => store.Compact(Owner, [new PackPlace(1, 0), new PackPlace(2, 0)], Cancellation));
        Assert.Equal([1, 2], await packs.Segments(Owner, Cancellation));
    }

    [Fact]
    public async Task Compact_Again_AfterItsAppendFailed_IsTheSameSegment()
    {
        var packs = new PackStore(_blobs);
        await Write(packs, "one", "two");
        PackPlace[] places = [new PackPlace(1, 0), new PackPlace(2, 0)];

        Assert.Equal(3, (await packs.Compact(Owner, places, Cancellation)).Segment);
        Assert.Equal(3, (await packs.Compact(Owner, places, Cancellation)).Segment);
        Assert.Equal([1, 2, 3], await packs.Segments(Owner, Cancellation));
    }

    [Fact]
    public async Task Remove_OfTheHomeOfALateBody_KeepsIt()
    {
        var packs = new PackStore(_blobs);
        await Write(packs, "shared", "shared");

        await packs.Remove(Owner, new HashSet<int> { 1 }, Cancellation);
        Assert.Equal([1, 2], await packs.Segments(Owner, Cancellation));
        await packs.Remove(Owner, new HashSet<int> { 1, 2 }, Cancellation);
        Assert.Empty(await packs.Segments(Owner, Cancellation));
    }

    [Fact]
    public async Task WriteSegment_AfterACompaction_LeansOnTheNewSegment()
    {
        var packs = new PackStore(_blobs);
        await Write(packs, "shared", "other");
        await packs.Compact(Owner, [new PackPlace(1, 0), new PackPlace(2, 0)], Cancellation);
        await packs.WriteSegment(Owner, [PackSamples.Exchange(9, "shared", "")], Cancellation);
        await packs.Remove(Owner, new HashSet<int> { 1, 2 }, Cancellation);

        Assert.Equal([3, 4], await packs.Segments(Owner, Cancellation));
        Assert.Equal("shared"u8.ToArray(), await new PackStore(_blobs).ReadBody(Owner, PackSamples.Sha256("shared"u8.ToArray()), Cancellation));
    }

    [Fact]
    public async Task ReadBody_WhileItsSegmentIsReplaced_IsNotTorn()
    {
        var slow = new ReplacingBlobs(_blobs);
        var packs = new PackStore(slow);
        await Write(packs, "one", "two");

        // The reader knows the old segments and is about to read a block of one; by the time it does, that one is gone.
        slow.BeforeBlock = async () =>
        {
            await packs.Compact(Owner, [new PackPlace(1, 0), new PackPlace(2, 0)], Cancellation);
            await packs.Remove(Owner, new HashSet<int> { 1, 2 }, Cancellation);
        };
        Assert.Equal("two"u8.ToArray(), await packs.ReadBody(Owner, PackSamples.Sha256("two"u8.ToArray()), Cancellation));
        Assert.Null(slow.BeforeBlock);
        Assert.Equal([3], await packs.Segments(Owner, Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SweepOrphans_AfterACrashOfACompaction_LeavesOneCopy(bool isAppended)
    {
        await Write(new PackStore(_blobs), "one", "two");
        await new PackStore(_blobs).Compact(Owner, [new PackPlace(1, 0), new PackPlace(2, 0)], Cancellation);

        var packs = new PackStore(_blobs);
        HashSet<int> referenced = isAppended ? [3] : [1, 2];
        Assert.Equal(isAppended ? 2 : 1, await packs.SweepOrphans(Owner, referenced, Cancellation));
        Assert.Equal(referenced.Order(), await packs.Segments(Owner, Cancellation));
        foreach (string body in (string[])["one", "two"])
            Assert.NotNull(await packs.ReadBody(Owner, PackSamples.Sha256(System.Text.Encoding.UTF8.GetBytes(body)), Cancellation));
    }

    private static string Text(IEnumerable<Exchange> heads) => JsonSerializer.Serialize(heads, StoreJson.Options);

    private static async Task AssertBody(PackStore packs, BodyInfo info, ReadOnlyMemory<byte> body)
    {
        if (info.Sha256 is { } sha256)
            Assert.Equal(body.ToArray(), await packs.ReadBody(Owner, sha256, Cancellation));
    }

    private static async Task Write(PackStore packs, params string[] bodies)
    {
        for (int index = 0; index < bodies.Length; index++)
            await packs.WriteSegment(Owner, [PackSamples.Exchange(index + 1, bodies[index], "")], Cancellation);
    }

    private sealed class ReplacingBlobs(InMemoryBlobStore inner) : IBlobStore
    {
        public Func<Task>? BeforeBlock { get; set; }

        public Task Write(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => inner.Write(name, content, cancellationToken);

        public async Task<byte[]?> Read(string name, long offset, int length, CancellationToken cancellationToken)
        {
            if (BeforeBlock is { } replace)
            {
                BeforeBlock = null;
                await replace();
            }

            return await inner.Read(name, offset, length, cancellationToken);
        }

        public Task<long?> Size(string name, CancellationToken cancellationToken) => inner.Size(name, cancellationToken);

        public IAsyncEnumerable<string> List(string prefix, CancellationToken cancellationToken) => inner.List(prefix, cancellationToken);

        public Task Delete(string name, CancellationToken cancellationToken) => inner.Delete(name, cancellationToken);
    }
}
