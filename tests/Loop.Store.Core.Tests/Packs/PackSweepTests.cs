using Loop.Store.Conformance.Blobs;
using Loop.Store.Core.Packs;
using Xunit;

namespace Loop.Store.Core.Tests.Packs;

public sealed class PackSweepTests
{
    private const string Owner = "conversation-aaaabbbbcccc";

    private readonly InMemoryBlobStore _blobs = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SweepOrphans_AfterARestart_RemovesWhatNoEventNames()
    {
        await WriteBeforeRestart("one", "two", "three");
        var packs = new PackStore(_blobs);

        Assert.Equal(1, await packs.SweepOrphans(Owner, new HashSet<int> { 1, 3 }, Cancellation));
        Assert.Equal([1, 3], await packs.Segments(Owner, Cancellation));
        Assert.Equal(0, await packs.SweepOrphans(Owner, new HashSet<int> { 1, 3 }, Cancellation));
        Assert.Equal(4, (await packs.WriteSegment(Owner, [PackSamples.Exchange(9, "four", "")], Cancellation)).Segment);
    }

    [Fact]
    public async Task SweepOrphans_KeepsTheHomeOfAUsedBody()
    {
        // Segment 1 is an orphan by its own, but segment 2 leans on its body.
        await WriteBeforeRestart("shared", "shared");
        var packs = new PackStore(_blobs);

        Assert.Equal(0, await packs.SweepOrphans(Owner, new HashSet<int> { 2 }, Cancellation));
        Assert.NotNull(await packs.ReadBody(Owner, PackSamples.Sha256("shared"u8.ToArray()), Cancellation));
    }

    [Fact]
    public async Task SweepOrphans_KeepsBodiesWithoutExchange()
    {
        string hash = await new PackStore(_blobs).WriteBody(Owner, "answer"u8.ToArray(), Cancellation);
        var packs = new PackStore(_blobs);

        Assert.Equal(0, await packs.SweepOrphans(Owner, new HashSet<int>(), Cancellation));
        Assert.NotNull(await packs.ReadBody(Owner, hash, Cancellation));
    }

    [Fact]
    public async Task SweepOrphans_KeepsWhatThisProcessWrote()
    {
        await WriteBeforeRestart("one");
        var packs = new PackStore(_blobs);
        await packs.WriteSegment(Owner, [PackSamples.Exchange(2, "two", "")], Cancellation);

        Assert.Equal(1, await packs.SweepOrphans(Owner, new HashSet<int>(), Cancellation));
        Assert.Equal([2], await packs.Segments(Owner, Cancellation));
    }

    private async Task WriteBeforeRestart(params string[] bodies)
    {
        var packs = new PackStore(_blobs);
        for (int index = 0; index < bodies.Length; index++)
            await packs.WriteSegment(Owner, [PackSamples.Exchange(index + 1, bodies[index], "")], Cancellation);
    }
}
