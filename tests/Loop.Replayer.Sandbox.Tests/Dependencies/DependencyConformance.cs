using Loop.EnvoyConfig.Running;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests.Dependencies;

/// <summary>What every driver keeps to when a service has a database or a cache.</summary>
public abstract class DependencyConformance
{
    private const string OneRow = "CREATE TABLE items (name text); INSERT INTO items VALUES ('seeded');";

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract Task<ISandboxDriver> Driver();

    [Fact]
    public async Task Postgres_OnLoopback_HoldsTheSeedAndIsObserved()
    {
        RealServers.Require(ServerKind.Postgresql);
        SandboxService shop = TestSandbox.Web("shop", FreePorts.Take());
        DependencyPlan database = RealServers.Postgres("shop", FreePorts.Take(), sql: OneRow);
        await using ISandbox sandbox = await Started([shop], database);

        Assert.Equal("seeded", await RealServers.Sql(sandbox, shop, "127.0.0.1", database.Port, "SELECT name FROM items"));
        Assert.Equal("False", await RealServers.Sql(sandbox, shop, "localhost", database.Port, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"));

        await sandbox.Stop(Token);
        SandboxObservation[] all = await sandbox.Observations.ReadAllAsync(Token).ToArrayAsync(Token);
        Assert.Equal([new DependencyReached("shop", "shop-db")], all.OfType<DependencyReached>());
        Assert.Empty(all.OfType<CallAccepted>());
        Assert.Empty(all.OfType<DependencyExited>());
        using StreamReader log = new(sandbox.OpenLog("shop-db"));
        Assert.Contains("ready to accept connections", await log.ReadToEndAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redis_OnLoopback_HoldsTheSeedAndIsObserved()
    {
        RealServers.Require(ServerKind.Redis);
        SandboxService shop = TestSandbox.Web("shop", FreePorts.Take());
        DependencyPlan cache = RealServers.Redis("shop", FreePorts.Take(), seed: new StateStatements("SET greeting \"two words\"")) with { User = "shop", Database = "17" };
        await using ISandbox sandbox = await Started([shop], cache);

        Assert.Equal("$9 two words", await RealServers.Ask(sandbox, shop, $"127.0.0.1:{cache.Port}", "AUTH shop any\r\nSELECT 17\r\nGET greeting"));

        await sandbox.Stop(Token);
        SandboxObservation[] all = await sandbox.Observations.ReadAllAsync(Token).ToArrayAsync(Token);
        Assert.Equal([new DependencyReached("shop", "shop-cache")], all.OfType<DependencyReached>());
    }

    [Fact]
    public async Task State_OfOneRun_IsNotThereInTheNext()
    {
        RealServers.Require(ServerKind.Postgresql);
        SandboxService shop = TestSandbox.Web("shop", FreePorts.Take());
        DependencyPlan database = RealServers.Postgres("shop", FreePorts.Take(), sql: OneRow);
        for (int run = 0; run < 2; run++)
        {
            await using ISandbox sandbox = await Started([shop], database);
            Assert.Equal("1", await RealServers.Sql(sandbox, shop, "127.0.0.1", database.Port, "SELECT count(*) FROM items"));
            Assert.Equal("written", await RealServers.Sql(sandbox, shop, "127.0.0.1", database.Port, "INSERT INTO items VALUES ('written') RETURNING name"));
        }
    }

    [Fact]
    public async Task DependencyThatIsNotReached_IsNotObserved()
    {
        RealServers.Require(ServerKind.Redis);
        SandboxService shop = TestSandbox.Web("shop", FreePorts.Take());
        int port = FreePorts.Take();
        // The seed itself dials the server by the address that the service would use.
        StateCommand seed = new(["sh", "-c", $"redis-cli -h 127.0.0.1 -p {port} set a 1"]);
        await using ISandbox sandbox = await Started([shop], RealServers.Redis("shop", port, seed: seed));

        await sandbox.Stop(Token);

        SandboxObservation[] all = await sandbox.Observations.ReadAllAsync(Token).ToArrayAsync(Token);
        Assert.Empty(all.OfType<DependencyReached>());
        Assert.Contains(new ServiceReady("shop"), all);
    }

    [Fact]
    public async Task Seed_WithWrongStatements_FailsWithTheServersWords()
    {
        RealServers.Require(ServerKind.Postgresql);
        SandboxFailure failure = await Failure(RealServers.Postgres("shop", FreePorts.Take(), sql: "CREATE TABLE fine (a int);\nCRATE TABLE items (name text);"));

        Assert.Equal((SandboxFailureKind.SeedFailed, "shop"), (failure.Kind, failure.Service));
        Assert.Contains("The seed of shop-db failed", failure.Reason, StringComparison.Ordinal);
        Assert.Contains("psql:<stdin>:2: ERROR:  syntax error at or near \"CRATE\"", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Seed_WithACommandThatFails_FailsWithItsWords()
    {
        RealServers.Require(ServerKind.Redis);
        SandboxFailure failure = await Failure(RealServers.Redis("shop", FreePorts.Take(), seed: new StateCommand(["sh", "-c", "echo no such file >&2; exit 3"])));

        Assert.Equal((SandboxFailureKind.SeedFailed, "shop"), (failure.Kind, failure.Service));
        Assert.Contains("sh ended with exit code 3. Its last words: no such file", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DependencyThatEnds_IsObserved()
    {
        RealServers.Require(ServerKind.Redis);
        SandboxService shop = TestSandbox.Web("shop", FreePorts.Take());
        DependencyPlan cache = RealServers.Redis("shop", FreePorts.Take());
        await using ISandbox sandbox = await Started([shop], cache);

        await RealServers.Ask(sandbox, shop, $"127.0.0.1:{cache.Port}", "SHUTDOWN NOSAVE");

        SandboxObservation last = await sandbox.Observations.ReadAsync(Token);
        while (last is not DependencyExited)
            last = await sandbox.Observations.ReadAsync(Token);
        Assert.Equal(new DependencyExited("shop-cache", "shop", 0), last);
    }

    [Fact]
    public async Task Disposal_LeavesNoServerAndNoData()
    {
        RealServers.Require(ServerKind.Postgresql);
        ISandbox sandbox = await Started([TestSandbox.Web("shop", FreePorts.Take())], RealServers.Postgres("shop", FreePorts.Take()));
        int[] processes = MarkedProcesses.Find(sandbox.Id);
        Assert.True(processes.Length > 1, "PostgreSQL has several processes.");

        await sandbox.DisposeAsync();

        await MarkedProcesses.End(processes, Token);
        Assert.Empty(MarkedProcesses.Find(sandbox.Id));
        Assert.False(Directory.Exists(Path.Combine(TestSandbox.StateRoot, sandbox.Id)));
    }

    protected async Task<ISandbox> Started(IReadOnlyList<SandboxService> services, params DependencyPlan[] dependencies)
    {
        ISandboxDriver driver = await Driver();
        ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = services, Dependencies = dependencies }, Token);
        SandboxFailure? failure = await sandbox.Start(Token);
        Assert.True(failure is null, failure?.Reason);
        return sandbox;
    }

    protected async Task<SandboxFailure> Failure(params DependencyPlan[] dependencies)
    {
        ISandboxDriver driver = await Driver();
        await using ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = [TestSandbox.Web("shop", FreePorts.Take())], Dependencies = dependencies }, Token);
        SandboxFailure? failure = await sandbox.Start(Token);
        Assert.NotNull(failure);
        return failure;
    }
}
