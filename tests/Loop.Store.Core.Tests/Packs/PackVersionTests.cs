using System.Buffers.Binary;
using System.IO.Hashing;
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
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), 2);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), XxHash64.HashToUInt64(bytes.AsSpan(0, 24)));
            return bytes;
        });

        StoreVersionException exception = await Assert.ThrowsAsync<StoreVersionException>(() => packs.ReadHeads(Owner, 1, Cancellation));
        Assert.Contains("version 2", exception.Message);
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
