using Loop.Store.Core.Blobs;
using Xunit;

namespace Loop.Store.Conformance.Blobs;

/// <summary>What every blob store does. Names are below the area <c>packs</c>.</summary>
public abstract class BlobStoreConformance
{
    protected abstract IBlobStore Store { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_AfterWrite_GivesTheSameBytes()
    {
        byte[] content = [.. Enumerable.Range(0, 100_000).Select(number => (byte)(number * 31))];
        await Store.Write("packs/conversation-a/1", content, Cancellation);

        Assert.Equal(content, await Store.Read("packs/conversation-a/1", 0, content.Length, Cancellation));
        Assert.Equal(content[777..1777], await Store.Read("packs/conversation-a/1", 777, 1000, Cancellation));
        Assert.Equal(content.Length, await Store.Size("packs/conversation-a/1", Cancellation));
    }

    [Fact]
    public async Task Read_OfNothing_IsNull()
    {
        Assert.Null(await Store.Read("packs/none/1", 0, 1, Cancellation));
        Assert.Null(await Store.Size("packs/none/1", Cancellation));
    }

    [Fact]
    public async Task Write_OfAnEmptyBlob_Exists()
    {
        await Store.Write("packs/empty/1", ReadOnlyMemory<byte>.Empty, Cancellation);

        Assert.Equal(0, await Store.Size("packs/empty/1", Cancellation));
        Assert.Empty((await Store.Read("packs/empty/1", 0, 0, Cancellation))!);
    }

    [Theory]
    [InlineData(0, 6)]
    [InlineData(5, 1)]
    [InlineData(100, 0)]
    public async Task Read_BehindTheEnd_IsDamage(long offset, int length)
    {
        await Store.Write("packs/short/1", new byte[5], Cancellation);

        await Assert.ThrowsAsync<BlobDamagedException>(() => Store.Read("packs/short/1", offset, length, Cancellation));
    }

    [Fact]
    public async Task Write_OfTheSameAgain_IsNoOp()
    {
        await Store.Write("packs/twice/1", "same"u8.ToArray(), Cancellation);
        await Store.Write("packs/twice/1", "same"u8.ToArray(), Cancellation);

        Assert.Equal(["packs/twice/1"], await List("packs/twice/"));
    }

    [Fact]
    public async Task Write_OfOtherContent_IsRefusedAndChangesNothing()
    {
        await Store.Write("packs/taken/1", "first"u8.ToArray(), Cancellation);

        await Assert.ThrowsAsync<BlobExistsException>(() => Store.Write("packs/taken/1", "other"u8.ToArray(), Cancellation));
        await Assert.ThrowsAsync<BlobExistsException>(() => Store.Write("packs/taken/1", "longer than first"u8.ToArray(), Cancellation));
        Assert.Equal("first"u8.ToArray(), await Store.Read("packs/taken/1", 0, 5, Cancellation));
    }

    [Fact]
    public async Task Write_ByMany_LeavesOneWinnerWhole()
    {
        Task<bool>[] writes = [.. Enumerable.Range(0, 16).Select(number => Task.Run(() => TryWrite("packs/race/1", [.. Enumerable.Repeat((byte)number, 5000)])))];
        bool[] won = await Task.WhenAll(writes);

        int winner = Array.IndexOf(won, true);
        Assert.Equal(1, won.Count(isWinner => isWinner));
        Assert.Equal(Enumerable.Repeat((byte)winner, 5000), await Store.Read("packs/race/1", 0, 5000, Cancellation));
        Assert.Equal(["packs/race/1"], await List("packs/race/"));
    }

    [Fact]
    public async Task Write_Cancelled_LeavesNothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.Write("packs/cancelled/1", new byte[10], new CancellationToken(canceled: true)));

        Assert.Empty(await List("packs/cancelled/"));
    }

    [Fact]
    public async Task List_IsOrdinalAndByPrefix()
    {
        foreach (string name in (string[])["packs/b/2", "packs/b/10", "packs/a/1", "packs/ab/1", "packs/b-c/1", "packs/b/x/y"])
            await Store.Write(name, new byte[1], Cancellation);

        Assert.Equal(["packs/b/10", "packs/b/2", "packs/b/x/y"], await List("packs/b/"));
        Assert.Equal(["packs/a/1", "packs/ab/1"], await List("packs/a"));
        Assert.Equal(["packs/a/1", "packs/ab/1", "packs/b-c/1", "packs/b/10", "packs/b/2", "packs/b/x/y"], await List("packs"));
        Assert.Equal(6, (await List("")).Count);
        Assert.Empty(await List("packs/c/"));
        Assert.Empty(await List("elsewhere/"));
    }

    [Fact]
    public async Task Delete_RemovesAndRepeats()
    {
        await Store.Write("packs/gone/1", new byte[1], Cancellation);
        await Store.Delete("packs/gone/1", Cancellation);
        await Store.Delete("packs/gone/1", Cancellation);

        Assert.Null(await Store.Size("packs/gone/1", Cancellation));
        Assert.Empty(await List("packs/gone/"));
        await Store.Write("packs/gone/1", new byte[2], Cancellation);
        Assert.Equal(2, await Store.Size("packs/gone/1", Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("packs")]
    [InlineData("packs/")]
    [InlineData("/packs/a")]
    [InlineData("packs//a")]
    [InlineData("packs/../keys")]
    [InlineData("packs/./a")]
    [InlineData("packs/.tmp-1")]
    [InlineData("packs/a/b/c/d")]
    [InlineData("packs/A/1")]
    [InlineData("packs/a b/1")]
    [InlineData("packs/a\\b")]
    [InlineData("packs/a\n")]
    [InlineData("packs/ä/1")]
    [InlineData("packs/a\0/1")]
    public async Task EveryCall_WithAMalformedName_IsRefused(string name)
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.Write(name, new byte[1], Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.Read(name, 0, 1, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.Size(name, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.Delete(name, Cancellation));
    }

    [Theory]
    [InlineData("../")]
    [InlineData("packs/../")]
    [InlineData("/")]
    [InlineData("packs/.hidden/")]
    public async Task List_WithAMalformedPrefix_IsRefused(string prefix) =>
        await Assert.ThrowsAsync<ArgumentException>(() => List(prefix));

    protected async Task<List<string>> List(string prefix)
    {
        List<string> names = [];
        await foreach (string name in Store.List(prefix, Cancellation))
            names.Add(name);
        return names;
    }

    private async Task<bool> TryWrite(string name, byte[] content)
    {
        try
        {
            await Store.Write(name, content, Cancellation);
            return true;
        }
        catch (BlobExistsException)
        {
            return false;
        }
    }
}
