using Loop.Store.Core.Blobs;
using Loop.Store.Core.Faults;
using Loop.Store.Files;
using Xunit;

namespace Loop.Store.Core.Tests.Files;

public sealed class FileBlobStoreTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_AfterACrash_RemovesWhatIsHalfWritten()
    {
        await new FileBlobStore(_temporary.Path, "packs").Write("packs/a/1", new byte[3], Cancellation);
        File.WriteAllBytes(_temporary.File("packs/a/.tmp-77-1"), new byte[2]);
        File.WriteAllBytes(_temporary.File(".tmp-elsewhere"), new byte[2]);

        var reopened = new FileBlobStore(_temporary.Path, "packs");

        Assert.Equal([_temporary.File("packs/a/1")], Directory.GetFiles(_temporary.File("packs"), "*", SearchOption.AllDirectories));
        Assert.Equal(3, await reopened.Size("packs/a/1", Cancellation));
        Assert.True(File.Exists(_temporary.File(".tmp-elsewhere")));
    }

    [Fact]
    public async Task Write_LeavesNoOtherFile()
    {
        var store = new FileBlobStore(_temporary.Path, "packs");
        await store.Write("packs/a/1", new byte[3], Cancellation);
        await store.Write("packs/a/1", new byte[3], Cancellation);
        await Assert.ThrowsAsync<BlobExistsException>(() => store.Write("packs/a/1", new byte[4], Cancellation));

        Assert.Equal([_temporary.File("packs/a/1")], Directory.GetFiles(_temporary.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task EveryCall_OutsideTheAreas_IsRefused()
    {
        var store = new FileBlobStore(_temporary.Path, "packs");
        Directory.CreateDirectory(_temporary.File("keys"));
        File.WriteAllText(_temporary.File("keys/redaction.key"), "secret");

        await Assert.ThrowsAsync<ArgumentException>(() => store.Read("keys/redaction.key", 0, 6, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => store.Write("keys/other", new byte[1], Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => store.Delete("keys/redaction.key", Cancellation));
        foreach (string prefix in (string[])["", "keys/", "keys/red"])
            Assert.Empty(await store.List(prefix, Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Write_WhereAFileIsInTheWay_SaysWhere()
    {
        var store = new FileBlobStore(_temporary.Path, "packs");
        File.WriteAllText(_temporary.File("packs/owner"), "x");

        StoreUnusableException exception = await Assert.ThrowsAsync<StoreUnusableException>(() => store.Write("packs/owner/1", new byte[1], Cancellation));
        Assert.Contains(_temporary.File("packs/owner"), exception.Message);
    }

    [Fact]
    public async Task Write_OnAFullDisk_SaysSoAndLeavesNothing()
    {
        using SmallDisk? disk = SmallDisk.TryMount(_temporary.File("small"), sizeBytes: 64 * 1024);
        Assert.SkipWhen(disk is null, "Mounting a small disk needs an administrator.");
        var store = new FileBlobStore(disk!.Path, "packs");
        await store.Write("packs/a/1", new byte[1000], Cancellation);

        StoreFullException exception = await Assert.ThrowsAsync<StoreFullException>(() => store.Write("packs/a/2", new byte[200_000], Cancellation));
        Assert.Contains("packs/a/2", exception.Message);
        Assert.Equal(["packs/a/1"], await store.List("", Cancellation).ToListAsync(Cancellation));
        Assert.Single(Directory.GetFiles(disk.Path, "*", SearchOption.AllDirectories));
        await store.Write("packs/a/3", new byte[1000], Cancellation);
    }

    public void Dispose() => _temporary.Dispose();
}
