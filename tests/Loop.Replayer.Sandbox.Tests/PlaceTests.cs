using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests;

/// <summary>What a service finds around it.</summary>
public sealed class PlaceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_OfThePlan_AreWhereTheServiceLooksForThem()
    {
        SandboxService shop = TestSandbox.Web("shop", 8080) with
        {
            Files = new Dictionary<string, byte[]> { ["/etc/shop/settings.json"] = "{}"u8.ToArray(), ["/run/secrets/key"] = "k"u8.ToArray(), ["/etc/passwd"] = "nobody"u8.ToArray() },
        };
        await using ISandbox sandbox = await Started(shop);

        Assert.Equal("{}", await Read(sandbox, "/etc/shop/settings.json"));
        Assert.Equal("k", await Read(sandbox, "/run/secrets/key"));
        Assert.Equal("nobody", await Read(sandbox, "/etc/passwd"));
    }

    [Fact]
    public async Task WorkFolder_HasTheContentOfTheHostsAndIsWritable()
    {
        SandboxService shop = TestSandbox.Web("shop", 8080);
        await File.WriteAllTextAsync(Path.Combine(shop.WorkFolder, "given"), "from the host", Token);
        await using ISandbox sandbox = await Started(shop);

        Assert.Equal("from the host", await Read(sandbox, "given"));
        Assert.Equal("open", await TestSandbox.Get(sandbox, "shop", 8080, "/door/create/" + Uri.EscapeDataString(shop.WorkFolder + "/made")));
    }

    [Fact]
    public async Task Environment_IsThePlansAlone()
    {
        Environment.SetEnvironmentVariable("LOOP_TEST_SECRET", "of the replayer");
        SandboxService shop = TestSandbox.Web("shop", 8080) with { Environment = new Dictionary<string, string> { ["GREETING"] = "hello" } };
        await using ISandbox sandbox = await Started(shop);

        string[] names = [.. (await Read(sandbox, "/proc/self/environ")).Split('\0', StringSplitOptions.RemoveEmptyEntries).Order()];

        Assert.Equal(["GREETING=hello", "HOME=/tmp", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR=/tmp"], names);
    }

    [Fact]
    public async Task Processes_OfOthers_CannotBeSeen()
    {
        await using ISandbox sandbox = await Started(TestSandbox.Web("shop", 8080), TestSandbox.Web("stock", 8080));

        Assert.Equal("1", await TestSandbox.Get(sandbox, "shop", 8080, "/processes"));
    }

    private static Task<string> Read(ISandbox sandbox, string file) => TestSandbox.Get(sandbox, "shop", 8080, "/file/" + Uri.EscapeDataString(file));

    private static async Task<ISandbox> Started(params SandboxService[] services)
    {
        ISandboxDriver driver = await TestSandbox.Required();
        ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = services }, Token);
        SandboxFailure? failure = await sandbox.Start(Token);
        Assert.True(failure is null, failure?.Reason);
        return sandbox;
    }
}
