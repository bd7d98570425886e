using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests.Dependencies;

/// <summary>Steps that make the state of a service.</summary>
public sealed class ServiceStateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Command_RunsInTheServicesPlaceBeforeItStarts()
    {
        SandboxService shop = TestSandbox.Web("shop", 8080);
        shop = shop with
        {
            Environment = new Dictionary<string, string>(shop.Environment) { ["GREETING"] = "hello" },
            State = [new StateCommand(["sh", "-c", "echo \"$GREETING from $(hostname)\" > state; echo made"])],
        };
        ISandboxDriver driver = await TestSandbox.Required();
        await using ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = [shop] }, Token);

        Assert.Null(await sandbox.Start(Token));

        Assert.Equal("hello from shop (0)", await TestSandbox.Get(sandbox, "shop", 8080, "/run/" + Uri.EscapeDataString("cat state")));
        Assert.Empty(Directory.GetFileSystemEntries(shop.WorkFolder));
        // Who answers has written its line.
        await TestSandbox.Get(sandbox, "shop", 8080, "/");
        using StreamReader log = new(sandbox.OpenLog("shop"));
        Assert.Equal("made\nlistening on 8080\n", await log.ReadToEndAsync(Token));
    }

    [Fact]
    public async Task Command_ThatFails_StartsNoService()
    {
        SandboxService shop = TestSandbox.Web("shop", 8080) with { State = [new StateCommand(["sh", "-c", "echo the snapshot is gone; exit 9"])] };
        ISandboxDriver driver = await TestSandbox.Required();
        await using ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = [shop, TestSandbox.Web("stock", 8080)] }, Token);

        SandboxFailure? failure = await sandbox.Start(Token);

        Assert.Equal(new SandboxFailure(SandboxFailureKind.SeedFailed, "shop", "The state of shop could not be made: sh ended with exit code 9. Its last words: the snapshot is gone"), failure);
        await sandbox.Stop(Token);
        Assert.Empty((await sandbox.Observations.ReadAllAsync(Token).ToArrayAsync(Token)).OfType<ServiceReady>());
        Assert.Equal(Stream.Null, sandbox.OpenLog("stock"));
    }

    [Fact]
    public async Task Command_ThatIsMissing_IsNamed()
    {
        SandboxFailure failure = await Failure(new StateCommand(["./restore.sh"]));

        Assert.Equal(SandboxFailureKind.SeedFailed, failure.Kind);
        Assert.Contains("./restore.sh cannot be executed: it does not exist in the sandbox.", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_ThatDoesNotEnd_IsEnded()
    {
        SandboxFailure failure = await Failure(new StateCommand(["sleep", "600"]), TimeSpan.FromSeconds(1));

        Assert.Equal(SandboxFailureKind.SeedFailed, failure.Kind);
        Assert.Contains("sleep did not end within 1 s", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_WhileStateIsMade_EndsIt()
    {
        ISandboxDriver driver = await TestSandbox.Required();
        string mark = Guid.NewGuid().ToString("n");
        SandboxService shop = TestSandbox.Web("shop", 8080) with { State = [new StateCommand(["sleep", "600"])], Environment = new Dictionary<string, string> { [MarkedProcesses.Variable] = mark } };
        await using ISandbox sandbox = await driver.Prepare(new SandboxPlan { Services = [shop] }, Token);
        Task<SandboxFailure?> starting = sandbox.Start(Token);
        while (MarkedProcesses.Find(mark).Length == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);

        await sandbox.Stop(Token);

        Assert.Equal(SandboxFailureKind.AgentLost, (await starting)!.Kind);
        Assert.Empty(MarkedProcesses.Find(mark));
    }

    [Fact]
    public async Task Statements_GoToTheServicesDatabase()
    {
        RealServers.Require(ServerKind.Postgresql);
        RealServers.Require(ServerKind.Redis);
        SandboxService shop = TestSandbox.Web("shop", 8080) with
        {
            // The command comes last and finds all of it.
            State = [new StateCommand(["sh", "-c", "psql -h 127.0.0.1 -U shop -c \"INSERT INTO items VALUES ('by command')\""]), new StateStatements("INSERT INTO items VALUES ('by statements')")],
        };
        ISandboxDriver driver = await TestSandbox.Required();
        SandboxPlan plan = new() { Services = [shop], Dependencies = [RealServers.Redis("shop"), RealServers.Postgres("shop", sql: "CREATE TABLE items (name text)")] };
        await using ISandbox sandbox = await driver.Prepare(plan, Token);
        SandboxFailure? failure = await sandbox.Start(Token);
        Assert.True(failure is null, failure?.Reason);

        Assert.Equal("by statements, by command", await RealServers.Sql(sandbox, shop, "127.0.0.1", 5432, "SELECT string_agg(name, ', ') FROM items"));
    }

    [Fact]
    public async Task Plan_WithFaults_TellsThemAll()
    {
        ISandboxDriver driver = TestSandbox.Driver();
        SandboxService shop = TestSandbox.Web("shop", 8080) with { State = [new StateStatements("SELECT 1"), new StateCommand([])], UserId = -1 };
        SandboxPlan plan = new()
        {
            Services = [shop with { Addresses = [new ServiceAddress("db", 5432, 8080)] }],
            Dependencies =
            [
                RealServers.Postgres("nobody") with { Name = "A b" },
                RealServers.Redis("shop", 8080) with { Database = "one" },
                RealServers.Redis("shop", 8080) with { User = "", Seed = new StateDump("/no/such/dump") },
                RealServers.Postgres("nobody", host: "db"),
            ],
        };

        SandboxException refused = await Assert.ThrowsAsync<SandboxException>(() => driver.Prepare(plan, Token));

        string[] expected =
        [
            "Two dependencies, or a dependency and a service, are called shop-cache.",
            "Two dependencies are dialled at 127.0.0.1:8080 of shop.",
            "'A b' is no name of a dependency",
            "A b belongs to nobody, which is no service of the sandbox.",
            "shop-cache is dialled at port 8080 of shop, where shop itself listens.",
            "The database 'one' of shop-cache is no number, as Redis has them.",
            "'' is neither user nor database of shop-cache",
            "The dump '/no/such/dump' of shop-cache does not exist.",
            "db:5432 is both the dependency nobody-db and a live service.",
            "The user id -1 of shop is not between 0 and 65533.",
            "The state of shop comes from statements, but it has not exactly one dependency for them",
            "A step that makes the state of shop has no command.",
        ];
        Assert.All(expected, sentence => Assert.Contains(sentence, refused.Message, StringComparison.Ordinal));
    }

    private static async Task<SandboxFailure> Failure(StateStep step, TimeSpan? limit = null)
    {
        ISandboxDriver driver = await TestSandbox.Required();
        SandboxPlan plan = new() { Services = [TestSandbox.Web("shop", 8080) with { State = [step] }], StateLimit = limit ?? TimeSpan.FromMinutes(5) };
        await using ISandbox sandbox = await driver.Prepare(plan, Token);
        SandboxFailure? failure = await sandbox.Start(Token);
        Assert.NotNull(failure);
        return failure;
    }
}
