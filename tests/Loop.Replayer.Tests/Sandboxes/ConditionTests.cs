using Loop.Contracts.Replays;
using Loop.Replayer.Sandboxes;
using Loop.SandboxFiles;

namespace Loop.Replayer.Tests.Sandboxes;

/// <summary>What makes two replays comparable, and what makes two builds different ones.</summary>
public sealed class ConditionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("loop-test-conditions-").FullName;

    [Fact]
    public void Conditions_BuildAlone_MayDiffer() => Assert.Equal(Conditions(Yaml()), Conditions(Yaml(command: "[./other]", build: "git: b")), Same);

    [Theory]
    [InlineData("environment")]
    [InlineData("seed")]
    [InlineData("clock")]
    [InlineData("background")]
    [InlineData("dependency")]
    public void Conditions_AnythingElse_MayNot(string what)
    {
        SandboxConditions before = Conditions(Yaml());
        if (what == "seed")
            File.WriteAllText(Path.Combine(_folder, "rows.sql"), "insert into cards values (2);");
        SandboxConditions after = Conditions(what switch
        {
            "environment" => Yaml(environment: "{ MODE: other }"),
            "clock" => Yaml(rest: "clock: real"),
            "background" => Yaml(rest: "background: [{ call: GET http://config:80/x, answer: { status: 204 } }]"),
            "dependency" => Yaml(rest: "dependencies: { cache: { kind: redis, service: payments, port: 6379 } }"),
            _ => Yaml(),
        });

        Assert.NotEqual(before, after, Same);
    }

    [Fact]
    public void Build_OfAStartedProgram_FollowsItsFilesAndWords()
    {
        string program = Path.Combine(_folder, "service");
        File.WriteAllText(program, "host");
        File.WriteAllText(program + ".dll", "one");
        string one = Build("[./service]");
        File.WriteAllText(program + ".dll", "two");

        Assert.NotEqual(one, Build("[./service]"));
        Assert.NotEqual(Build("[./service]"), Build("[./service, --fixed]"));
        Assert.Equal("git:4f2c", Build("[./service]", "git: 4f2c"));
    }

    [Fact]
    public void Build_ThatIsNamedByHand_IsWhatTheAskerSays()
    {
        Assert.Equal("git:9a1b", Build("[./service]", "git: 4f2c", revision: "9a1b"));
        Assert.Equal(Build("[./service]"), Build("[./service]", revision: "9a1b"));
    }

    [Fact]
    public void Conditions_OfAWrittenBody_FollowItsContentAndNotItsPlace()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "stubs"));
        File.WriteAllText(Path.Combine(_folder, "stubs/a.json"), "1");
        File.WriteAllText(Path.Combine(_folder, "b.json"), "1");
        SandboxConditions Of(string path) => Conditions(Yaml(rest: $"background: [{{ call: GET http://config:80/x, answer: {{ bodyFile: {path} }} }}]"));
        SandboxConditions before = Of("stubs/a.json");

        Assert.Equal(before, Of("b.json"), Same);
        File.WriteAllText(Path.Combine(_folder, "b.json"), "2");
        Assert.NotEqual(before, Of("b.json"), Same);
    }

    [Fact]
    public void Descriptors_ThatAreNone_AreRefusedByName()
    {
        File.WriteAllText(Path.Combine(_folder, "shop.binpb"), "message Order {}");
        SandboxFile file = SandboxFileReader.Read(Yaml().Replace("port:", "descriptors: [shop.binpb]\n    port:", StringComparison.Ordinal), "loop-sandbox.yaml").File!;

        Engine.ReplayRefusal refusal = SandboxChoices.Descriptors(file.Services, _folder).Refusal!;

        Assert.Contains("shop.binpb: no valid descriptor set", refusal.Detail, StringComparison.Ordinal);
        Assert.Contains("--include_imports", refusal.Remedy, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static bool Same(SandboxConditions one, SandboxConditions two) =>
        one.Clock == two.Clock && one.StateByLiveService.Count == two.StateByLiveService.Count && one.StateByLiveService.All(pair => two.StateByLiveService[pair.Key] == pair.Value);

    private string Build(string command, string? build = null, string? revision = null) => BuildNames.Of(Read(Yaml(command, build)).Services, _folder, revision)["payments"];

    private SandboxConditions Conditions(string yaml)
    {
        SandboxFile file = Read(yaml);
        return ConditionTexts.Of(file, file.Services, _folder, "hop-3", "", new Dictionary<string, string>(), []);
    }

    private string Yaml(string command = "[./service]", string? build = null, string environment = "{ MODE: usual }", string rest = "")
    {
        string rows = Path.Combine(_folder, "rows.sql");
        if (!File.Exists(rows))
            File.WriteAllText(rows, "insert into cards values (1);");
        return $"version: 1\nservices:\n  payments:\n    command: {command}\n    port: 8080\n    environment: {environment}\n    state: {{ seed: {{ sql: rows.sql }} }}\n{(build is null ? "" : $"    build: {{ {build} }}\n")}{rest}\n";
    }

    private static SandboxFile Read(string yaml) => SandboxFileReader.Read(yaml) is { File: { } file } ? file : throw new InvalidOperationException(string.Join('\n', SandboxFileReader.Read(yaml).Faults));
}
