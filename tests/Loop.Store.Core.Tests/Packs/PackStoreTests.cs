using System.Text.Json;
using CsCheck;
using Loop.Contracts.Exchanges;
using Loop.Store.Conformance.Blobs;
using Loop.Store.Core.Blobs;
using Loop.Store.Core.Packs;
using Xunit;

namespace Loop.Store.Core.Tests.Packs;

public sealed class PackStoreTests
{
    private const string Owner = "conversation-aaaabbbbcccc";

    private readonly InMemoryBlobStore _blobs = new();
    private readonly PackStore _packs;

    public PackStoreTests() => _packs = new PackStore(_blobs);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WriteSegment_ThenRead_IsIdentity() => await PackSamples.Exchanges.SampleAsync(
        async exchanges =>
        {
            var blobs = new InMemoryBlobStore();
            var packs = new PackStore(blobs);
            SegmentWritten written = await packs.WriteSegment(Owner, exchanges, Cancellation);

            IReadOnlyList<Exchange> heads = await packs.ReadHeads(Owner, 1, Cancellation);
            Assert.Equal(Text(exchanges.Select(exchange => exchange.Head)), Text(heads));
            foreach (CapturedExchange exchange in exchanges)
            {
                await AssertBody(packs, exchange.Head.Request!.Body, exchange.RequestBody);
                await AssertBody(packs, exchange.Head.Response!.Body, exchange.ResponseBody);
            }

            Assert.Equal(1, written.Segment);
            Assert.Equal(await blobs.Size($"packs/{Owner}/1", Cancellation), written.StoredBytes.Sum());
            Assert.All(written.StoredBytes, size => Assert.True(size > 0));
        },
        iter: 300);

    [Fact]
    public async Task AnyFlippedByte_IsDetected() => await PackSamples.Exchanges.SampleAsync(
        async exchanges =>
        {
            var blobs = new InMemoryBlobStore();
            await new PackStore(blobs).WriteSegment(Owner, exchanges, Cancellation);
            long size = (await blobs.Size($"packs/{Owner}/1", Cancellation))!.Value;
            for (long offset = 0; offset < size; offset++)
            {
                byte mask = (byte)(1 << (int)(offset % 8));
                Flip(blobs, offset, mask);
                await AssertDamaged(blobs, exchanges, $"byte {offset} of {size}");
                Flip(blobs, offset, mask);
            }

            await ReadEverything(new PackStore(blobs), exchanges);
        },
        iter: 10,
        threads: 1);

    [Fact]
    public async Task AnyTruncation_IsDetected()
    {
        CapturedExchange[] exchanges = [PackSamples.Exchange(1, "request", "response")];
        await _packs.WriteSegment(Owner, exchanges, Cancellation);
        byte[] whole = (await _blobs.Read($"packs/{Owner}/1", 0, (int)(await _blobs.Size($"packs/{Owner}/1", Cancellation))!.Value, Cancellation))!;
        for (int length = 0; length < whole.Length; length++)
        {
            _blobs.Damage($"packs/{Owner}/1", _ => whole[..length]);
            await AssertDamaged(_blobs, exchanges, $"length {length} of {whole.Length}");
        }

        _blobs.Damage($"packs/{Owner}/1", _ => [.. whole, 0]);
        await AssertDamaged(_blobs, exchanges, "a byte too many");
    }

    [Fact]
    public async Task WriteSegment_WithBodiesOfEarlierSegments_StoresThemOnce()
    {
        byte[] body = new byte[50_000];
        new Random(1).NextBytes(body);
        SegmentWritten first = await _packs.WriteSegment(Owner, [PackSamples.Exchange(1, body, [], "a"), PackSamples.Exchange(2, body, body, "a")], Cancellation);
        SegmentWritten second = await _packs.WriteSegment(Owner, [PackSamples.Exchange(3, body, [], "a")], Cancellation);

        Assert.InRange(first.StoredBytes[0], 50_000, 51_000);
        Assert.InRange(first.StoredBytes[1], 1, 500);
        Assert.InRange(second.StoredBytes[0], 1, 500);
        Assert.Equal(2, second.Segment);
        Assert.Equal(body, await _packs.ReadBody(Owner, PackSamples.Sha256(body), Cancellation));
        Assert.Null(await _packs.ReadBody("conversation-other", PackSamples.Sha256(body), Cancellation));
    }

    [Fact]
    public async Task WriteSegment_ByManyAtOnce_NumbersThemInARow()
    {
        SegmentWritten[] written = await Task.WhenAll(Enumerable.Range(1, 20).Select(number =>
            Task.Run(() => _packs.WriteSegment(Owner, [PackSamples.Exchange(number, $"request {number}", "same")], Cancellation))));

        Assert.Equal(Enumerable.Range(1, 20), written.Select(segment => segment.Segment).Order());
        Assert.Equal(Enumerable.Range(1, 20), await _packs.Segments(Owner, Cancellation));
        for (int number = 1; number <= 20; number++)
        {
            Exchange head = Assert.Single(await _packs.ReadHeads(Owner, written[number - 1].Segment, Cancellation));
            Assert.Equal(number, head.Id.Sequence);
        }
    }

    [Fact]
    public async Task WriteSegment_WithABodyThatIsNotItsHeads_IsRefusedAndWritesNothing()
    {
        CapturedExchange wrong = PackSamples.Exchange(1, "request", "response") with { ResponseBody = "other"u8.ToArray() };

        await Assert.ThrowsAsync<BodyMismatchException>(() => _packs.WriteSegment(Owner, [wrong], Cancellation));
        Assert.Empty(await _packs.Segments(Owner, Cancellation));
    }

    [Fact]
    public async Task WriteBody_IsFoundByItsHash()
    {
        string hash = await _packs.WriteBody(Owner, "answer"u8.ToArray(), Cancellation);

        Assert.Equal(PackSamples.Sha256("answer"u8.ToArray()), hash);
        Assert.Equal(hash, await _packs.WriteBody(Owner, "answer"u8.ToArray(), Cancellation));
        Assert.Equal("answer"u8.ToArray(), await _packs.ReadBody(Owner, hash, Cancellation));
        Assert.Equal([1], await _packs.Segments(Owner, Cancellation));
        Assert.Empty(await _packs.ReadHeads(Owner, 1, Cancellation));
        Assert.Empty((await _packs.ReadBody(Owner, await _packs.WriteBody(Owner, ReadOnlyMemory<byte>.Empty, Cancellation), Cancellation))!);
    }

    [Fact]
    public async Task ReadHeads_OfAMissingSegment_IsDamage() =>
        Assert.Contains("missing", (await Assert.ThrowsAsync<BlobDamagedException>(() => _packs.ReadHeads(Owner, 7, Cancellation))).Message);

    [Fact]
    public async Task ReadBody_BesideADamagedSegment_IsFound()
    {
        await _packs.WriteSegment(Owner, [PackSamples.Exchange(1, "first", "")], Cancellation);
        await _packs.WriteSegment(Owner, [PackSamples.Exchange(2, "second", "")], Cancellation);
        _blobs.Damage($"packs/{Owner}/1", bytes => bytes[..10]);

        foreach (PackStore packs in (PackStore[])[_packs, new PackStore(_blobs)])
        {
            Assert.Equal("second"u8.ToArray(), await packs.ReadBody(Owner, PackSamples.Sha256("second"u8.ToArray()), Cancellation));
            await Assert.ThrowsAsync<BlobDamagedException>(() => packs.ReadBody(Owner, PackSamples.Sha256("first"u8.ToArray()), Cancellation));
        }

        var restarted = new PackStore(_blobs);
        Assert.Equal(3, (await restarted.WriteSegment(Owner, [PackSamples.Exchange(3, "first", "")], Cancellation)).Segment);
        Assert.Equal("first"u8.ToArray(), await restarted.ReadBody(Owner, PackSamples.Sha256("first"u8.ToArray()), Cancellation));
    }

    private static void Flip(InMemoryBlobStore blobs, long offset, byte mask) => blobs.Damage($"packs/{Owner}/1", bytes =>
    {
        bytes[offset] ^= mask;
        return bytes;
    });

    private static string Text(IEnumerable<Exchange> heads) => JsonSerializer.Serialize(heads, StoreJson.Options);

    private static async Task AssertBody(PackStore packs, BodyInfo info, ReadOnlyMemory<byte> body)
    {
        if (info.Sha256 is { } sha256)
            Assert.Equal(body.ToArray(), await packs.ReadBody(Owner, sha256, Cancellation));
    }

    private static async Task AssertDamaged(InMemoryBlobStore blobs, CapturedExchange[] exchanges, string where)
    {
        try
        {
            await ReadEverything(new PackStore(blobs), exchanges);
        }
        catch (BlobDamagedException)
        {
            return;
        }

        Assert.Fail($"Damage went unseen: {where}.");
    }

    private static async Task ReadEverything(PackStore packs, CapturedExchange[] exchanges)
    {
        await packs.ReadHeads(Owner, 1, Cancellation);
        foreach (CapturedExchange exchange in exchanges)
        {
            await AssertBody(packs, exchange.Head.Request!.Body, exchange.RequestBody);
            await AssertBody(packs, exchange.Head.Response!.Body, exchange.ResponseBody);
        }
    }
}
