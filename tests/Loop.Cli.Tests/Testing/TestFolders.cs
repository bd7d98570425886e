using System.Text.Json;
using Loop.Cli.Testing;
using Loop.Contracts.Api;
using Loop.Contracts.Replays;

namespace Loop.Cli.Tests.Testing;

/// <summary>Test folders as <c>loopctl promote</c> writes them, in a temporary folder.</summary>
internal sealed class TestFolders : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("loop-test-folders-").FullName;

    /// <summary>Adds a folder and returns its path.</summary>
    public string Add(string name, string conversation, Func<TestManifest, TestManifest>? change = null)
    {
        string path = Directory.CreateDirectory(Path.Combine(Root, name)).FullName;
        Directory.CreateDirectory(Path.Combine(path, "conversations"));
        Directory.CreateDirectory(Path.Combine(path, "files"));
        string document = $"conversations/{conversation}.json";
        File.WriteAllText(Path.Combine(path, document), $$"""{"id":"{{conversation}}"}""");
        File.WriteAllText(Path.Combine(path, "files/seed.sql"), "select 1;");
        File.WriteAllText(Path.Combine(path, "loop-sandbox.yaml"), "version: 1\nfolder: ..\nservices:\n  payments:\n    command: [./payments]\n    port: 8080\n    state: { seed: { sql: files/seed.sql } }\n");
        TestManifest manifest = new()
        {
            Format = TestManifest.FormatName,
            Version = 1,
            Conversation = conversation,
            Expect = "fixed",
            Plan = new TestPlan { Live = ["payments"], Times = 2, Wrong = "3 response $.total", Expect = "12.35" },
            Conversations = [new TestConversation(conversation, "failing", document, TestFolder.HashOf(Path.Combine(path, document)))],
            Files = [new TestFile("files/seed.sql", TestFolder.HashOf(Path.Combine(path, "files/seed.sql")))],
            Baselines = [Baseline],
            UsualSeconds = 4,
        };
        Write(path, change is null ? manifest : change(manifest));
        return path;
    }

    public static ReplayBaseline Baseline { get; } = new()
    {
        Replays = ["b1b2b3b4b5b6"],
        Conditions = new SandboxConditions("h2", new Dictionary<string, string> { ["payments"] = "none" }, "shifted utc c.utf-8", "", ""),
        Builds = new Dictionary<string, string> { ["payments"] = "git:old" },
        Row = "R1",
        ReproducedRuns = 2,
        Runs = 2,
    };

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static void Write(string path, TestManifest manifest) =>
        File.WriteAllBytes(Path.Combine(path, TestManifest.FileName), JsonSerializer.SerializeToUtf8Bytes(manifest, LoopJson.Indented));
}
