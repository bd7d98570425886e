using Loop.SandboxFiles;

namespace Loop.Replayer.Tests.SandboxFiles;

public sealed class SandboxFileReaderTests
{
    private const string Minimal = "version: 1\nservices:\n  web: {command: [web], port: 80, state: none}\n";

    [Fact]
    public void Read_Example_GivesEveryPart()
    {
        SandboxFileResult result = SandboxFileReader.Read(Documentation.Example);

        Assert.Empty(result.Faults);
        SandboxFile file = result.File!;
        Assert.Equal(["web", "payments", "stock", "search", "basket", "orders", "mail"], file.Services.Select(service => service.Name));
        Assert.Equal((SandboxClock.Shifted, "Europe/Berlin", "de_DE.UTF-8"), (file.Clock, file.TimeZone, file.Locale));
        Assert.Equal(["stock"], file.Serialise);
        Assert.Empty(file.Unknown);
        SandboxService web = file.Services[0];
        Assert.Equal(["dotnet", "bin/web.dll"], web.Command!.Words);
        Assert.Equal(("web", "3", 8080), (web.WorkFolder, web.Environment["RETRIES"], web.Port));
        Assert.Equal(new HealthCheck("/ready", 200, 60), web.Health);
        Assert.Equal(new BuildSource(BuildKind.Git, "4f2c9d1"), web.Build);
        Assert.Equal(new DebugSetup(DebugAdapter.Netcoredbg, null, false), web.Debug);
        Assert.Equal(["protos/shop.binpb"], web.Descriptors);
        SandboxService payments = file.Services[1];
        Assert.Equal(["sh", "-c", "python3 -m payments --port 8080"], payments.Command!.Words);
        Assert.Equal(new HealthCheck("/health", 204, 20), payments.Health);
        Assert.Equal(new DebugSetup(DebugAdapter.Debugpy, 5678, true), payments.Debug);
        Assert.Equal([false], file.Services.Where(service => service.Name == "mail").Select(service => service.IsLive));
    }

    [Fact]
    public void Read_Example_GivesEveryKindOfState()
    {
        IReadOnlyList<SandboxService> services = SandboxFileReader.Read(Documentation.Example).File!.Services;

        Assert.IsType<ServiceState.None>(services[0].State);
        Assert.Equal(new ServiceState.Seeded(new StateSeed(SeedKind.Sql, null, "seeds/payments.sql")), services[1].State);
        Assert.Equal(new ServiceState.Seeded(new StateSeed(SeedKind.Dump, null, "seeds/stock.dump")), services[2].State);
        StateSeed filled = Assert.IsType<ServiceState.Seeded>(services[3].State).Seed;
        Assert.Equal(["./fill-index", "--small"], filled.Command!.Words);
        Assert.Equal(["sh", "-c", "./restore-basket.sh"], Assert.IsType<ServiceState.Snapshot>(services[4].State).Command.Words);
        Assert.Equal(["7f3k00000001", "7f3k00000002"], Assert.IsType<ServiceState.Prelude>(services[5].State).ConversationIds);
        Assert.IsType<ServiceState.Recorded>(services[6].State);
    }

    [Fact]
    public void Read_Example_GivesDependenciesTrafficAndCredentials()
    {
        SandboxFile file = SandboxFileReader.Read(Documentation.Example).File!;

        Assert.Equal(
            new SandboxDependency("payments-db", DependencyKind.Postgresql, "payments", "db.internal", 5432, "payments", "payments", new StateSeed(SeedKind.Sql, null, "seeds/cards.sql")),
            file.Dependencies[0]);
        Assert.Equal((DependencyKind.Redis, null, null), (file.Dependencies[1].Kind, file.Dependencies[1].Host, file.Dependencies[1].Database));
        Assert.Equal(("GET http://login.example/countries", "web", 200, """["AT","DE"]"""), (file.Background[0].Call, file.Background[0].By, file.Background[0].Answer!.Status, file.Background[0].Answer!.Body));
        Assert.Equal("stubs/accepted.json", file.Background[1].Answer!.BodyFile);
        Assert.Equal((null, "7f3k00000003"), (file.Background[2].Answer, file.Background[2].From));
        Assert.Equal(("web", "GET /prices", "application/json"), (file.Warm[0].Service, file.Warm[0].Request, file.Warm[0].Headers["accept"]));
        Assert.Equal("all", file.Warm[1].Body);
        Assert.Equal(["web", "payments"], file.Credentials[0].Services);
        Assert.Equal(("partner", "x-api-key", "PARTNER_KEY", null), (file.Credentials[2].Name, file.Credentials[2].Header, file.Credentials[2].Environment, file.Credentials[2].Jwt));
    }

    [Fact]
    public void Read_Example_GivesHowTokensAreMinted()
    {
        IReadOnlyList<SandboxCredential> credentials = SandboxFileReader.Read(Documentation.Example).File!.Credentials;

        JwtMint session = credentials[0].Jwt!;
        Assert.Equal(("http://login.example/keys", "http://login.example/.well-known/openid-configuration", JwtAlgorithm.ES256, 30, null), (session.KeySet, session.Discovery, session.Algorithm, session.LifetimeMinutes, session.Secret));
        Assert.Equal(["sub \"42\"", "tenant 7", "groups [\"staff\",\"night\"]"], session.Claims.Select(claim => $"{claim.Key} {claim.Value}"));
        JwtMint between = credentials[1].Jwt!;
        Assert.Equal((null, null, null, null, "SIGNING_SECRET"), (between.KeySet, between.Discovery, between.Algorithm, between.LifetimeMinutes, between.Secret));
    }

    [Fact]
    public void Read_Minimal_HasDefaults()
    {
        SandboxFile file = SandboxFileReader.Read(Minimal).File!;

        Assert.Equal((SandboxClock.Shifted, "UTC", "C.UTF-8"), (file.Clock, file.TimeZone, file.Locale));
        Assert.Equal((".", null, null), (file.Services[0].WorkFolder, file.Services[0].Health, file.Services[0].Debug));
    }

    [Fact]
    public void Read_Unknowns_AreNamedAndNoFaults()
    {
        SandboxFileResult result = SandboxFileReader.Read("version: 1\nservices:\n  a: {command: unknown, port: unknown}\n  b: {command: [b], port: 1, state: none}\n  c: {state: recorded}\n");

        Assert.Equal(["services.a.command", "services.a.port", "services.a.state"], result.File!.Unknown);
    }

    [Fact]
    public void Read_ManyFaults_ReportsAllWithTheirPlaces()
    {
        const string text = """
            version: 2
            services:
              web:
                comand: [web]
                port: 80800
                state: seeded
                health: ready
                debug: {adapter: gdb, wait: maybe}
              web: {command: [x], port: 1}
              cart:
                command: []
                port: "80"
                build: {file: a, git: b}
                environment: [A]
                state: {}
            warm:
              - {service: wep, request: get /}
            clok: real
            timeZone: 5
            serialise: [cart, kart]
            """;

        SandboxFileResult result = SandboxFileReader.Read(text, "f.yaml");

        Assert.Null(result.File);
        Assert.Equal(
            [
                "f.yaml:1:10: version must be 1, the version of this format, and is the number 2",
                "f.yaml:4:5: unknown key 'comand' in services.web; it knows command, workFolder, environment, port, health, build, state, debug, descriptors; did you mean 'command'?",
                "f.yaml:4:5: services.web lacks command: one of unknown, or a command line, or a list of words",
                "f.yaml:5:11: services.web.port must be one of unknown, or a port, 1 to 65535, and is the number 80800; did you mean 'unknown'?",
                "f.yaml:6:12: services.web.state must be one of none, unknown, recorded, or a map with seed, snapshot or prelude, and is the text 'seeded'; did you mean 'recorded'?",
                "f.yaml:7:13: services.web.health must be a path that begins with /, or a map with path, and is the text 'ready'",
                "f.yaml:8:22: services.web.debug.adapter must be one of debugpy, delve, lldb, node, jdwp, netcoredbg, and is the text 'gdb'; did you mean 'lldb'?",
                "f.yaml:8:33: services.web.debug.wait must be true or false, and is the text 'maybe'",
                "f.yaml:9:3: 'web' is in services twice; the first one is in line 3",
                "f.yaml:11:14: services.cart.command must not be empty",
                "f.yaml:12:11: services.cart.port must be one of unknown, or a port, 1 to 65535, and is the text '80'; did you mean 'unknown'?",
                "f.yaml:13:12: services.cart.build must have exactly one of file, image, git",
                "f.yaml:14:18: services.cart.environment must be a map of environment variables, and is a list",
                "f.yaml:15:12: services.cart.state must have exactly one of seed, snapshot, prelude",
                "f.yaml:17:15: warm[0].service: no service 'wep' under services:; did you mean 'web'?",
                "f.yaml:17:29: warm[0].request must be a method and a path, and is the text 'get /'",
                "f.yaml:18:1: unknown key 'clok' in the file; it knows version, folder, services, dependencies, background, warm, credentials, clock, timeZone, locale, serialise; did you mean 'clock'?",
                "f.yaml:19:11: timeZone must be a time zone such as Europe/Berlin, and is the number 5; as text, write it in quotes: \"5\"",
                "f.yaml:20:19: serialise[1]: no service 'kart' under services:; did you mean 'cart'?",
            ],
            result.Faults.Select(fault => fault.ToString()));
    }

    [Theory]
    [InlineData("", "f.yaml:1:1: the file is empty")]
    [InlineData("services: [", "f.yaml:2:1: not YAML: ")]
    [InlineData("- a", "f.yaml:1:1: the file must be a sandbox file, and is a list")]
    [InlineData(Minimal + "---\na: b\n", "f.yaml:4:1: a second document begins here; a sandbox file is one document")]
    [InlineData("version: 1\nservices: &a\n  web: *a\n", "f.yaml:3:8: anchors and aliases are not read; write the value out")]
    [InlineData("version: 1\nservices:\n  web: {command: [web], port: 80, state: {prelude: [123456789012]}}\n", "f.yaml:3:53: services.web.state.prelude[0] must be the id of a conversation: 4 to 12 letters and digits, and is the number 123456789012; as text, write it in quotes")]
    [InlineData(Minimal + "serialise:\n", "f.yaml:4:11: serialise must be a list of services, and is empty")]
    [InlineData("version: 1\n", "f.yaml:1:1: the file lacks services: a map of services")]
    [InlineData("version: 1\nservices: {}\n", "f.yaml:2:11: services must not be empty")]
    public void Read_BrokenFile_SaysWhere(string text, string fault) =>
        Assert.Contains(SandboxFileReader.Read(text, "f.yaml").Faults, one => one.ToString().StartsWith(fault, StringComparison.Ordinal));

    [Theory]
    [InlineData("dependencies:\n  db: {kind: redis, service: web, port: 80}\n", "dependencies.db.port: port 80 is taken by services.web.port, and both run in the namespace of web")]
    [InlineData("dependencies:\n  db: {kind: redis, service: mail, port: 80}\n", "dependencies.db.service: mail is answered from the recording (state: recorded), so nothing of it runs")]
    [InlineData("credentials:\n  key: {header: x, environment: X, services: [wab]}\n", "credentials.key.services[0]: no service 'wab' under services:")]
    [InlineData("credentials:\n  key: {header: x, jwt: {secret: X, algorithm: RS256}}\n", "credentials.key.jwt.algorithm goes with keySet, not with secret")]
    [InlineData("credentials:\n  key: {header: x, jwt: {keySet: ftp://x/keys}}\n", "credentials.key.jwt.keySet must be an http or https URL, and is the text 'ftp://x/keys'")]
    [InlineData("background:\n  - {call: GET http://x/, from: 7f3k, by: weeb}\n", "background[0].by: no service 'weeb' under services:")]
    public void Read_PartsThatDoNotAgree_IsAFault(string more, string fault)
    {
        SandboxFileResult result = SandboxFileReader.Read($"{Minimal}  mail: {{state: recorded}}\n{more}");

        Assert.Equal(fault, Assert.Single(result.Faults).Message);
    }

    [Fact]
    public void Read_SamePortInTwoNamespaces_IsNoFault() =>
        Assert.Empty(SandboxFileReader.Read($"{Minimal}  cart: {{command: [c], port: 80}}\n").Faults);

    [Fact]
    public void Read_DeepOrLongInput_IsAFaultAndNoCrash()
    {
        Assert.NotEmpty(SandboxFileReader.Read(new string('[', 100_000)).Faults);
        Assert.Equal("the file is longer than 1 MiB", Assert.Single(SandboxFileReader.Read(new string('a', 1024 * 1024 + 1)).Faults).Message);
    }
}
