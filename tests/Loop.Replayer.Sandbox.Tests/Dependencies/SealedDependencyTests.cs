using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Processes;

namespace Loop.Replayer.Sandbox.Tests.Dependencies;

/// <summary>Dependencies in network namespaces: names, ports that others use too, dumps.</summary>
public sealed class SealedDependencyTests : DependencyConformance
{
    private const string Host = "db.internal";

    [Fact]
    public async Task TwoSandboxes_OnOnePort_HaveTheirOwnServers()
    {
        RealServers.Require(ServerKind.Postgresql);
        SandboxService shop = TestSandbox.Web("shop", 8080);
        await using ISandbox first = await Started([shop], RealServers.Postgres("shop", sql: "CREATE TABLE items AS SELECT 'first' AS name"));
        await using ISandbox second = await Started([shop], RealServers.Postgres("shop", sql: "CREATE TABLE items AS SELECT 'second' AS name"));

        Assert.Equal("first", await RealServers.Sql(first, shop, "127.0.0.1", 5432, "SELECT name FROM items"));
        Assert.Equal("second", await RealServers.Sql(second, shop, "127.0.0.1", 5432, "SELECT name FROM items"));
    }

    [Theory]
    [InlineData(Host)]
    [InlineData("10.20.30.40")]
    public async Task OtherService_ThatDialsTheSameAddress_ReachesTheSameServer(string host)
    {
        RealServers.Require(ServerKind.Postgresql);
        SandboxService shop = TestSandbox.Web("shop", 8080), stock = TestSandbox.Web("stock", 8080);
        await using ISandbox sandbox = await Started([shop, stock], RealServers.Postgres("shop", host: host, sql: "CREATE TABLE items (name text)"));

        Assert.Equal("by stock", await RealServers.Sql(sandbox, stock, host, 5432, "INSERT INTO items VALUES ('by stock') RETURNING name"));
        Assert.Equal("by stock", await RealServers.Sql(sandbox, shop, host, 5432, "SELECT name FROM items"));

        await sandbox.Stop(Token);
        SandboxObservation[] all = await sandbox.Observations.ReadAllAsync(Token).ToArrayAsync(Token);
        Assert.Equal([new DependencyReached("stock", "shop-db"), new DependencyReached("shop", "shop-db")], all.OfType<DependencyReached>());
        Assert.Empty(all.OfType<CallAccepted>());
    }

    [Fact]
    public async Task OtherPort_OfADependencysHost_IsACallLikeAnyOther()
    {
        RealServers.Require(ServerKind.Redis);
        SandboxService shop = TestSandbox.Web("shop", 8080);
        await using ISandbox sandbox = await Started([shop], RealServers.Redis("shop", host: "cache.internal"));

        string answer = await TestSandbox.Get(sandbox, "shop", 8080, "/fetch/http://cache.internal/");

        Assert.Equal($"caller=shop address={sandbox.Addresses["cache.internal"]}:80 host=cache.internal", answer);
    }

    [Theory]
    [InlineData("custom")]
    [InlineData("tar")]
    [InlineData("plain")]
    public async Task Dump_OfPostgres_IsRestored(string format)
    {
        string programs = RealServers.Require(ServerKind.Postgresql);
        SandboxService shop = TestSandbox.Web("shop", 8080);
        DependencyPlan database = RealServers.Postgres("shop", sql: "CREATE TABLE items (name text); INSERT INTO items VALUES ('dumped')");
        StateCommand dump = new([programs + "/pg_dump", "-h", "127.0.0.1", "-U", "shop", "-F", format, "-f", "dump", "shop"]);
        // The dump is made before the service starts.
        await using (ISandbox dumped = await Started([shop with { State = [dump] }], database))
            await TakeDump(dumped, shop);
        DependencyPlan restored = database with { Seed = new StateDump(Path.Combine(shop.WorkFolder, "dump")) };
        await using ISandbox sandbox = await Started([shop], restored);

        Assert.Equal("dumped", await RealServers.Sql(sandbox, shop, "127.0.0.1", 5432, "SELECT name FROM items"));
    }

    [Fact]
    public async Task Dump_OfRedis_IsLoaded()
    {
        RealServers.Require(ServerKind.Redis);
        SandboxService shop = TestSandbox.Web("shop", 8080);
        DependencyPlan cache = RealServers.Redis("shop", seed: new StateStatements("SET name dumped"));
        await using (ISandbox dumped = await Started([shop with { State = [new StateCommand(["redis-cli", "--rdb", "dump"])] }], cache))
            await TakeDump(dumped, shop);

        await using ISandbox sandbox = await Started([shop], cache with { Seed = new StateDump(Path.Combine(shop.WorkFolder, "dump")) });

        Assert.Equal("$6 dumped", await RealServers.Ask(sandbox, shop, "127.0.0.1:6379", "GET name"));
    }

    // What is written to a work folder goes with its sandbox.
    private static async Task TakeDump(ISandbox sandbox, SandboxService shop)
    {
        string content = await TestSandbox.Get(sandbox, shop.Name, shop.Port, "/run/" + Uri.EscapeDataString("base64 -w0 dump"));
        await File.WriteAllBytesAsync(Path.Combine(shop.WorkFolder, "dump"), Convert.FromBase64String(content[..content.IndexOf(' ')]), Token);
    }

    [Fact]
    public async Task Dump_ThatIsBroken_IsAFailedSeed()
    {
        RealServers.Require(ServerKind.Redis);
        string file = Path.Combine(TestSandbox.Web("shop", 8080).WorkFolder, "dump.rdb");
        await File.WriteAllTextAsync(file, "REDIS0011 and then nothing of use", Token);

        SandboxFailure failure = await Failure(RealServers.Redis("shop", seed: new StateDump(file)));

        Assert.Equal(SandboxFailureKind.SeedFailed, failure.Kind);
        Assert.Contains("the server starts from ", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Seed_WithAWrongCommandOfRedis_Fails()
    {
        RealServers.Require(ServerKind.Redis);
        SandboxFailure failure = await Failure(RealServers.Redis("shop", seed: new StateStatements("SET a 1\nSETT b 2")));

        Assert.Equal(SandboxFailureKind.SeedFailed, failure.Kind);
        Assert.Contains("unknown command 'SETT'", failure.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ServerKind.Postgresql, "the package postgresql")]
    [InlineData(ServerKind.Redis, "the package redis-server")]
    public async Task Server_ThatIsNotInstalled_IsAFailureThatNamesThePackage(ServerKind kind, string package)
    {
        await TestSandbox.Required();
        ProcessSandboxOptions options = new() { AgentPath = TestSandbox.Programs, StateRoot = TestSandbox.StateRoot, ServerFolders = ["/usr/games"] };
        DependencyPlan dependency = RealServers.Redis("shop") with { Kind = kind };
        await using ISandbox sandbox = await new ProcessSandboxDriver(options, TimeProvider.System)
            .Prepare(new SandboxPlan { Services = [TestSandbox.Web("shop", 8080)], Dependencies = [dependency] }, Token);

        SandboxFailure? failure = await sandbox.Start(Token);

        Assert.Equal((SandboxFailureKind.DependencyFailed, "shop"), (failure!.Kind, failure.Service));
        Assert.Contains(package, failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task User_ThatTheServerRefuses_IsToldInItsWords()
    {
        RealServers.Require(ServerKind.Postgresql);
        SandboxFailure failure = await Failure(RealServers.Postgres("shop") with { User = "pg_shop" });

        Assert.Equal(SandboxFailureKind.DependencyFailed, failure.Kind);
        Assert.Contains("role name \"pg_shop\" is reserved", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_ThatIsNotReadyInTime_IsTold()
    {
        RealServers.Require(ServerKind.Postgresql);
        ISandboxDriver driver = await Driver();
        SandboxPlan plan = new() { Services = [TestSandbox.Web("shop", 8080)], Dependencies = [RealServers.Postgres("shop")], ReadyLimit = TimeSpan.FromMilliseconds(1) };
        await using ISandbox sandbox = await driver.Prepare(plan, Token);

        SandboxFailure? failure = await sandbox.Start(Token);

        Assert.Equal(SandboxFailureKind.DependencyFailed, failure!.Kind);
        Assert.Contains("it did not answer within 0 s", failure.Reason, StringComparison.Ordinal);
    }

    protected override async Task<ISandboxDriver> Driver() => await TestSandbox.Required();
}
