using System.Text.Json;
using Loop.SandboxFiles;

namespace Loop.Replayer.Tests.SandboxFiles;

/// <summary>A copy elsewhere means what the file meant.</summary>
public sealed class SandboxFileMoverTests
{
    private const string From = "/repo/deploy/loop-sandbox.yaml";
    private const string To = "/repo/tests/loop/one";

    [Fact]
    public void Move_OfTheExampleOfTheDocs_ChangesPathsOfDataAndTheFolderAlone()
    {
        MovedSandboxFile moved = SandboxFileMover.Move(Documentation.Example, From, To);
        SandboxFile before = Read(Documentation.Example, From), after = Read(moved.Text, $"{To}/loop-sandbox.yaml");

        Assert.Equal("/repo/deploy", after.FolderOf($"{To}/loop-sandbox.yaml"));
        Assert.Equal(Json(WithoutData(before)), Json(WithoutData(after)));
        Assert.Equal(
            ["cards.sql", "payments.sql", "stock.dump", "basket.rdb", "accepted.json", "shop.binpb"],
            moved.Data.Select(data => Path.GetFileName(data.Source)).OrderBy(name => Array.IndexOf(["cards.sql", "payments.sql", "stock.dump", "basket.rdb", "accepted.json", "shop.binpb"], name)));
        Assert.All(moved.Data, data => Assert.True(Paths(after).Contains(Path.GetFullPath(data.Target, To)), data.Target));
        Assert.Equal(Documentation.Example.Split('\n').Count(line => line.Contains('#', StringComparison.Ordinal)), moved.Text.Split('\n').Count(line => line.Contains('#', StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("{version: 1, services: {a: {command: [./a], port: 1, state: {seed: {sql: 'x y.sql'}}}}}", "x y.sql")]
    [InlineData("# first\r\nversion: 1 # one\r\nservices:\r\n  a: { command: ./a, port: 1, state: { seed: { dump: ../d.dump } } } # why\r\n", "d.dump")]
    [InlineData("version: 1\nfolder: sub/dir # here\nservices:\n  a: { command: ./a, port: 1, state: { seed: { sql: \"s.sql\" } } }\n", "s.sql")]
    [InlineData("version: 1\nservices:\n  a: { command: ./a, port: 1, state: none }\n", null)]
    public void Move_HoweverItIsWritten_LeadsToTheSameProgramsAndToTheCopiedData(string text, string? data)
    {
        MovedSandboxFile moved = SandboxFileMover.Move(text, From, To);
        SandboxFile after = Read(moved.Text, $"{To}/loop-sandbox.yaml");

        Assert.Equal(Read(text, From).FolderOf(From), after.FolderOf($"{To}/loop-sandbox.yaml"));
        Assert.Equal(data is null ? [] : [$"files/{data}"], moved.Data.Select(one => one.Target));
        Assert.Equal(data is null ? [] : [$"{To}/files/{data}"], Paths(after));
    }

    [Fact]
    public void Move_OfTwoFilesOfOneName_KeepsBothAndOneOfEach()
    {
        const string text = """
            version: 1
            services:
              a: { command: ./a, port: 1, state: { seed: { sql: a/s.sql } } }
              b: { command: ./b, port: 2, state: { seed: { sql: b/s.sql } } }
              c: { command: ./c, port: 3, state: { seed: { sql: a/s.sql } } }
            """;
        MovedSandboxFile moved = SandboxFileMover.Move(text, From, To);

        Assert.Equal(["/repo/deploy/a/s.sql files/s.sql", "/repo/deploy/b/s.sql files/2-s.sql"], moved.Data.Select(data => $"{data.Source} {data.Target}"));
        Assert.Equal([$"{To}/files/s.sql", $"{To}/files/2-s.sql", $"{To}/files/s.sql"], Paths(Read(moved.Text, $"{To}/loop-sandbox.yaml")));
    }

    [Fact]
    public void Move_OfACopy_GivesTheSameAgain()
    {
        MovedSandboxFile once = SandboxFileMover.Move(Documentation.Example, From, To);
        MovedSandboxFile twice = SandboxFileMover.Move(once.Text, $"{To}/loop-sandbox.yaml", To);

        Assert.Equal(once.Text, twice.Text);
    }

    private static SandboxFile Read(string text, string path)
    {
        SandboxFileResult result = SandboxFileReader.Read(text, path);
        return result.File ?? throw new InvalidOperationException(string.Join('\n', result.Faults));
    }

    private static string[] Paths(SandboxFile file)
    {
        string folder = file.FolderOf($"{To}/loop-sandbox.yaml");
        IEnumerable<string?> paths =
        [
            .. file.Services.Select(service => service.State).OfType<ServiceState.Seeded>().Select(state => state.Seed.File),
            .. file.Dependencies.Select(dependency => dependency.Seed?.File),
            .. file.Background.Select(call => call.Answer?.BodyFile),
            .. file.Services.SelectMany(service => service.Descriptors),
        ];
        return [.. paths.OfType<string>().Select(path => Path.GetFullPath(path, folder))];
    }

    private static SandboxFile WithoutData(SandboxFile file) => file with
    {
        Folder = "",
        Services = [.. file.Services.Select(service => service with { Descriptors = [], State = service.State is ServiceState.Seeded { Seed.File: not null } ? new ServiceState.None() : service.State })],
        Dependencies = [.. file.Dependencies.Select(dependency => dependency with { Seed = dependency.Seed is { File: not null } ? null : dependency.Seed })],
        Background = [.. file.Background.Select(call => call.Answer is { } answer ? call with { Answer = answer with { BodyFile = null } } : call)],
    };

    private static string Json(SandboxFile file) => JsonSerializer.Serialize(new { file, states = file.Services.Select(service => service.State.ToString()) });
}
