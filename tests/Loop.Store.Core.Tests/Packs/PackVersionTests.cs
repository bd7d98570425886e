using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using Loop.Contracts.Exchanges;
using Loop.Store.Conformance.Blobs;
using Loop.Store.Core.Faults;
using Loop.Store.Core.Packs;
using Xunit;

namespace Loop.Store.Core.Tests.Packs;

public sealed class PackVersionTests
{
    private const string Owner = "conversation-aaaabbbbcccc";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Fixture => Path.Combine(AppContext.BaseDirectory, "fixtures", "pack-v1");

    [Fact]
    public async Task ReadHeads_OfANewerVersion_IsRefused()
    {
        var blobs = new InMemoryBlobStore();
        var packs = new PackStore(blobs);
        await packs.WriteSegment(Owner, [PackSamples.Exchange(1, "request", "response")], Cancellation);
        blobs.Damage($"packs/{Owner}/1", bytes =>
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), 4);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), XxHash64.HashToUInt64(bytes.AsSpan(0, 24)));
            return bytes;
        });

        StoreVersionException exception = await Assert.ThrowsAsync<StoreVersionException>(() => packs.ReadHeads(Owner, 1, Cancellation));
        Assert.Contains("version 4", exception.Message);
        await Assert.ThrowsAsync<StoreVersionException>(() => new PackStore(blobs).WriteSegment(Owner, [PackSamples.Exchange(2, "", "")], Cancellation));
    }

    /// <summary>The two segments were written by the first release of v1 and are never written again: every later Loop must read them.</summary>
    [Fact]
    public async Task Read_OfTheFirstSegmentsEverWritten_GivesWhatWasRecorded()
    {
        if (Environment.GetEnvironmentVariable("LOOP_WRITE_FIXTURES") is { Length: > 0 } target)
            await WriteFixture(Path.Combine(target, "pack-v1"));
        var blobs = new InMemoryBlobStore();
        foreach (int number in (int[])[1, 2])
            await blobs.Write($"packs/{Owner}/{number}", await File.ReadAllBytesAsync(Path.Combine(Fixture, $"{number}"), Cancellation), Cancellation);
        var packs = new PackStore(blobs);

        Assert.Equal([1, 2], (await packs.ReadHeads(Owner, 1, Cancellation)).Select(head => head.Id.Sequence));
        Assert.Equal("payments", Assert.Single(await packs.ReadHeads(Owner, 2, Cancellation)).Service);
        byte[] shared = [.. Enumerable.Repeat((byte)'s', 1000)];
        foreach (byte[] body in (byte[][])["request"u8.ToArray(), shared, "late"u8.ToArray()])
            Assert.Equal(body, await packs.ReadBody(Owner, PackSamples.Sha256(body), Cancellation));
    }

    /// <summary>The same for version 2, which a compaction writes: two exchanges of a call and the access-log entry of one.</summary>
    [Fact]
    public async Task Read_OfTheFirstCompactedSegment_GivesWhatWasRecorded()
    {
        CapturedExchange[] recorded = CompactedFixture();
        if (Environment.GetEnvironmentVariable("LOOP_WRITE_FIXTURES") is { Length: > 0 } target)
            await WriteCompactedFixture(Path.Combine(target, "pack-v2"), recorded);
        var blobs = new InMemoryBlobStore();
        await blobs.Write($"packs/{Owner}/2", await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "fixtures", "pack-v2", "2"), Cancellation), Cancellation);
        var packs = new PackStore(blobs);

        IReadOnlyList<Exchange> heads = await packs.ReadHeads(Owner, 2, Cancellation);
        Assert.Equal(recorded.Select(exchange => JsonSerializer.Serialize(exchange.Head, StoreJson.Options)), heads.Select(head => JsonSerializer.Serialize(head, StoreJson.Options)));
        foreach (string body in (string[])["request", "response"])
            Assert.Equal(Encoding.UTF8.GetBytes(body), await packs.ReadBody(Owner, PackSamples.Sha256(Encoding.UTF8.GetBytes(body)), Cancellation));
    }

    /// <summary>The same for version 3, which is version 2 with the chunks of bodies.</summary>
    [Fact]
    public async Task Read_OfTheFirstSegmentWithChunks_GivesWhatWasRecorded()
    {
        CapturedExchange[] recorded = ChunkedFixture();
        if (Environment.GetEnvironmentVariable("LOOP_WRITE_FIXTURES") is { Length: > 0 } target)
            await WriteCompactedFixture(Path.Combine(target, "pack-v3"), recorded);
        var blobs = new InMemoryBlobStore();
        byte[] segment = await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "fixtures", "pack-v3", "2"), Cancellation);
        await blobs.Write($"packs/{Owner}/2", segment, Cancellation);

        IReadOnlyList<Exchange> heads = await new PackStore(blobs).ReadHeads(Owner, 2, Cancellation);
        Assert.Equal(3, BinaryPrimitives.ReadUInt16LittleEndian(segment.AsSpan(8)));
        Assert.Equal(recorded.Select(exchange => JsonSerializer.Serialize(exchange.Head, StoreJson.Options)), heads.Select(head => JsonSerializer.Serialize(head, StoreJson.Options)));
        Assert.Equal(2, heads.Sum(head => head.Response!.Chunks?.Count ?? 0));
    }

    /// <summary>Without a chunk to tell, nothing changes: what older Loops read stays what is written.</summary>
    [Fact]
    public async Task Compact_WithoutChunks_WritesVersion2()
    {
        var blobs = new InMemoryBlobStore();
        var packs = new PackStore(blobs);
        await packs.WriteSegment(Owner, CompactedFixture(), Cancellation);
        int segment = (await packs.Compact(Owner, [new PackPlace(1, 0)], Cancellation)).Segment;

        Assert.Equal(2, BinaryPrimitives.ReadUInt16LittleEndian((await blobs.Read($"packs/{Owner}/{segment}", 0, 10, Cancellation)).AsSpan(8)));
    }

    private static CapturedExchange[] ChunkedFixture()
    {
        CapturedExchange[] recorded = CompactedFixture();
        Exchange head = recorded[2].Head;
        DateTimeOffset start = head.StartedAt;
        recorded[2] = recorded[2] with
        {
            Head = head with
            {
                Request = head.Request! with { Chunks = [new BodyChunk(0, start.AddMilliseconds(1)), new BodyChunk(4, start.AddMilliseconds(3))] },
                Response = head.Response! with { Chunks = [new BodyChunk(0, start.AddMilliseconds(2)), new BodyChunk(5, start.AddMilliseconds(4))] },
            },
        };
        return recorded;
    }

    private static CapturedExchange[] CompactedFixture()
    {
        CapturedExchange server = PackSamples.Exchange(2, "request", "response");
        CapturedExchange client = PackSamples.Exchange(1, "request", "response");
        client = client with { Head = client.Head with { View = ExchangeView.Client, Service = "web", Endpoints = new ExchangeEndpoints("10.0.0.7:40112", "10.0.0.7:8081", "10.0.0.7:51222", "10.0.0.8:8080") } };
        Exchange entry = client.Head with
        {
            Id = client.Head.Id with { Sequence = 40 },
            Input = CaptureInput.AccessLog,
            Duration = TimeSpan.FromMilliseconds(12.75),
            ResponseCodeDetails = "via_upstream",
            OutgoingSpanId = "b7ad6b7169203331",
            Request = client.Head.Request! with { Headers = [new HeaderField(":method", "POST"), new HeaderField("x-request-id", "0a36b9ab-370e-910b-b4c0-8bdece974f22")], Body = new BodyInfo { SizeBytes = 7, Truncated = true } },
            Response = client.Head.Response! with { Body = new BodyInfo { SizeBytes = 8, Truncated = true } },
        };
        return [server, new CapturedExchange(entry, ReadOnlyMemory<byte>.Empty, ReadOnlyMemory<byte>.Empty), client];
    }

    private static async Task WriteCompactedFixture(string directory, CapturedExchange[] recorded)
    {
        var blobs = new InMemoryBlobStore();
        var packs = new PackStore(blobs);
        await packs.WriteSegment(Owner, recorded, Cancellation);
        int segment = (await packs.Compact(Owner, [.. recorded.Select((_, ordinal) => new PackPlace(1, ordinal))], Cancellation)).Segment;
        long size = (await blobs.Size($"packs/{Owner}/{segment}", Cancellation))!.Value;
        Directory.CreateDirectory(directory);
        await File.WriteAllBytesAsync(Path.Combine(directory, $"{segment}"), (await blobs.Read($"packs/{Owner}/{segment}", 0, (int)size, Cancellation))!, Cancellation);
    }

    private static async Task WriteFixture(string directory)
    {
        var blobs = new InMemoryBlobStore();
        var packs = new PackStore(blobs);
        byte[] shared = [.. Enumerable.Repeat((byte)'s', 1000)];
        await packs.WriteSegment(Owner, [PackSamples.Exchange(1, "request"u8.ToArray(), shared, "1"), PackSamples.Exchange(2, shared, [], "2")], Cancellation);
        await packs.WriteSegment(Owner, [PackSamples.Exchange(3, shared, "late"u8.ToArray(), "3")], Cancellation);
        Directory.CreateDirectory(directory);
        foreach (int number in (int[])[1, 2])
        {
            long size = (await blobs.Size($"packs/{Owner}/{number}", Cancellation))!.Value;
            await File.WriteAllBytesAsync(Path.Combine(directory, $"{number}"), (await blobs.Read($"packs/{Owner}/{number}", 0, (int)size, Cancellation))!, Cancellation);
        }
    }
}
