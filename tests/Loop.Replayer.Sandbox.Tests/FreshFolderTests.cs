using System.Diagnostics;
using Loop.EnvoyConfig.Running;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests;

/// <summary>Each sandbox finds the work folder as it is on disk, and leaves it so.</summary>
public sealed class FreshFolderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Writes_AreSeenWithinTheRunAlone(bool isSealed)
    {
        SandboxService shop = Shop(isSealed);
        File.WriteAllText(Path.Combine(shop.WorkFolder, "given"), "from the host");
        Directory.CreateDirectory(Path.Combine(shop.WorkFolder, "old"));
        File.WriteAllText(Path.Combine(shop.WorkFolder, "old", "entry"), "1");
        List<string> ids = [];
        for (int run = 1; run <= 2; run++)
        {
            await using ISandbox sandbox = await Started(shop, isSealed);
            ids.Add(sandbox.Id);
            Assert.Equal("from the host made (0)", await Run(sandbox, shop, "cat given; cat begun"));
            Assert.Equal(" (0)", await Run(sandbox, shop, "printf 'changed ' >given; rm -r old && mkdir old && echo new >old/file; mv begun moved; chmod 0 old"));
            Assert.Equal("changed given moved old (0)", await Run(sandbox, shop, "cat given; ls | tr '\\n' ' ' | sed 's/ $//'"));
        }

        Assert.Equal("from the host", File.ReadAllText(Path.Combine(shop.WorkFolder, "given")));
        Assert.Equal(["entry"], Directory.GetFiles(Path.Combine(shop.WorkFolder, "old")).Select(Path.GetFileName));
        Assert.Equal(2, Directory.GetFileSystemEntries(shop.WorkFolder).Length);
        Assert.All(ids, id => Assert.False(Directory.Exists(Path.Combine(TestSandbox.StateRoot, id))));
    }

    [Fact]
    public async Task PathThatAnOverlayCannotName_IsCopied()
    {
        SandboxService shop = TestSandbox.Web("shop", 8080);
        shop = shop with { WorkFolder = Directory.CreateDirectory(Path.Combine(shop.WorkFolder, "a,b:c")).FullName };
        File.WriteAllText(Path.Combine(shop.WorkFolder, "given"), "from the host");
        File.CreateSymbolicLink(Path.Combine(shop.WorkFolder, "link"), "given");
        using (Process pipe = Process.Start("mkfifo", [Path.Combine(shop.WorkFolder, "pipe")]))
            await pipe.WaitForExitAsync(Token);
        await using ISandbox sandbox = await Started(shop, isSealed: true);

        Assert.Equal("changed given link (0)", await Run(sandbox, shop, "printf 'changed ' >link; cat given; ls | tr '\\n' ' ' | sed 's/ $//'"));
        Assert.Equal("from the host", File.ReadAllText(Path.Combine(shop.WorkFolder, "given")));
    }

    [Fact]
    public async Task FolderThatIsTooLargeToCopy_IsToldWithWhatToDo()
    {
        SandboxService shop = TestSandbox.Web("shop", 8080);
        using (FileStream large = File.Create(Path.Combine(shop.WorkFolder, "large")))
            large.SetLength(513L << 20);

        SandboxException refused = await Assert.ThrowsAsync<SandboxException>(() => TestSandbox.Driver("no namespaces in this test").Prepare(new SandboxPlan { Services = [shop] }, Token));

        Assert.Contains($"The work folder {shop.WorkFolder} of shop holds more than 512 MiB", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Give a workFolder with less in it.", refused.Message, StringComparison.Ordinal);
    }

    private static SandboxService Shop(bool isSealed)
    {
        int port = isSealed ? 8080 : FreePorts.Take();
        return TestSandbox.Web("shop", port) with { State = [new StateCommand(["sh", "-c", "printf ' made' >begun"])] };
    }

    private static Task<string> Run(ISandbox sandbox, SandboxService shop, string command) => TestSandbox.Get(sandbox, "shop", shop.Port, "/run/" + Uri.EscapeDataString(command));

    private static async Task<ISandbox> Started(SandboxService shop, bool isSealed)
    {
        ISandboxDriver driver = isSealed ? await TestSandbox.Required() : TestSandbox.Driver("no namespaces in this test");
        ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = [shop] }, Token);
        SandboxFailure? failure = await sandbox.Start(Token);
        Assert.True(failure is null, failure?.Reason);
        return sandbox;
    }
}
