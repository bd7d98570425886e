using System.Text.Json;
using Loop.Cli.Testing;
using Loop.Cli.Tests.Api;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;

namespace Loop.Cli.Tests.Promotion;

public sealed class PromoteTests : IDisposable
{
    private const string List = $"GET /api/v1/replays?limit=200&conversation={Samples.Id}";
    private readonly string _folder = Directory.CreateTempSubdirectory("loop-promote-").FullName;

    private string To => Path.Combine(_folder, "tests/loop");

    [Fact]
    public async Task Promote_OfAProvenFailure_WritesAFolderThatReads()
    {
        await using FakeApi api = await Server();
        LoopctlRun run = await Promote(api, "--bodies-reviewed", "--name", "charge");

        Assert.Equal((0, $"{To}/charge\n"), (run.ExitCode, run.Output));
        Assert.Equal($"Passes when the verdict is fixed, in 7 runs. Run it with: loopctl test {To}\n", run.Error);
        TestFolder folder = TestFolder.Read($"{To}/charge");
        TestManifest manifest = folder.Manifest;
        // An earlier Loop reads it.
        Assert.Equal((1, null, false), (manifest.Version, manifest.Noise, manifest.Plan.Permute));
        Assert.DoesNotContain("permute", await File.ReadAllTextAsync($"{To}/charge/loop-test.json"), StringComparison.Ordinal);
        Assert.Equal((Samples.Id, "fixed", "h2", 7, "R1"), (manifest.Conversation, manifest.Expect, manifest.Plan.Judge, manifest.Plan.Times, manifest.Baselines.Single().Row));
        Assert.Equal(["7f3k9m2q0abc failing", "c0c0c0c0c0c0 control", "d0d0d0d0d0d0 prelude"], manifest.Conversations.Select(one => $"{one.Id} {one.Role}"));
        Assert.Equal("select 1;", await File.ReadAllTextAsync($"{To}/charge/files/rows.sql"));
        Assert.Contains("folder: \"../../..\"", await File.ReadAllTextAsync(folder.SandboxPath), StringComparison.Ordinal);
        Assert.Equal([$"{To}/charge"], Directory.GetFileSystemEntries(To));
        ReplayRequest asked = JsonSerializer.Deserialize<ReplayRequest>(api.Requests.Single(one => one.StartsWith("POST /api/v1/replays/check", StringComparison.Ordinal))["POST /api/v1/replays/check ".Length..], LoopJson.Options)!;
        Assert.Equal(("h2", 3), (asked.Sandbox!.Judge, asked.Sandbox.Times));
    }

    [Fact]
    public async Task Promote_OfWhatCannotBeATest_SaysWhyAndLeavesNothing()
    {
        ConversationDetail whole = Whole();
        ReplayReport proof = Proof();
        await Refused("is still being collected", api => api.OnJson(Show(Samples.Id), whole with { State = ConversationState.Open }));
        await Refused("is incomplete", api => api.OnJson(Show(Samples.Id), Samples.Detail()), "server view of recommendations GET /for/9: evicted");
        await Refused("no sealed replay of 7f3k9m2q0abc reproduced it", api => api.OnJson(List, new[] { proof with { Evidence = "unsealed" } }), "loopctl replay 7f3k9m2q0abc --sandbox FILE");
        await Refused("no sealed replay of 7f3k9m2q0abc reproduced it", api => api.OnJson(List, new[] { proof with { Sandbox = proof.Sandbox! with { WhatIf = ["a fault"] } } }));
        await Refused("made by an earlier Loop", api => api.OnJson(List, new[] { proof with { Sandbox = proof.Sandbox! with { Asked = null } } }));
        await Refused("compared under a noise mask that it was given with the request", api => api.OnJson(List, new[] { proof with { Sandbox = proof.Sandbox! with { Conditions = proof.Sandbox.Conditions! with { Mask = "m" } } } }));
        await Refused("was given the header x-api-key", api => api.OnJson(List, new[] { proof with { Sandbox = proof.Sandbox! with { Asked = proof.Sandbox.Asked! with { Headers = ["x-api-key"] } } } }), "credentials:");
        await Refused("is not there", api => api.OnJson(List, new[] { proof with { Sandbox = proof.Sandbox! with { File = $"{_folder}/away.yaml" } } }));
        await Refused("reproduced it under the plan of", api => api.OnJson("POST /api/v1/replays/check", Check() with { Baselines = [], RunsNeeded = null }));
        await Refused("nothing can be fixed", api => api.OnJson("POST /api/v1/replays/check", Check() with { Baselines = [Testing.TestFolders.Baseline with { Row = "H" }], RunsNeeded = null }), "--expect-verdict reproduced");
        await Refused("so rarely that 100 clean runs", api => api.OnJson("POST /api/v1/replays/check", Check() with { RunsNeeded = 299 }));
    }

    [Fact]
    public async Task Promote_OfAProofUnderAMaskAndAssignments_KeepsBoth()
    {
        ReplayReport proof = Proof();
        SandboxReport sandbox = proof.Sandbox! with
        {
            Conditions = proof.Sandbox.Conditions! with { Mask = "m" },
            Noise = new NoiseReport { LearnedBy = proof.Id, Runs = 6, MaskSha256 = "ab" },
            Asked = proof.Sandbox.Asked! with { Permute = true },
            Runs = [.. Enumerable.Range(1, 6).Select(number => new RunReport { Number = number, Verdict = Verdict.Reproduced, Row = "R1", Reason = "", Assignment = $"way {number % 3}" })],
        };
        GivenNoise mask = new(proof.Id, 6, JsonDocument.Parse("""{"key":{"route":"GET shop/"},"entries":[]}""").RootElement);
        await using FakeApi api = (await Server()).OnJson(List, new[] { proof with { Sandbox = sandbox } }).OnJson($"GET /api/v1/replays/{proof.Id}/noise", mask);

        LoopctlRun run = await Promote(api, "--bodies-reviewed", "--name", "charge");

        Assert.Equal((0, ""), (run.ExitCode, run.Error.StartsWith("Passes", StringComparison.Ordinal) ? "" : run.Error));
        TestFolder folder = TestFolder.Read($"{To}/charge");
        // Two runs of each way; a fix takes more of them.
        Assert.Equal((2, true, 7, "noise.json"), (folder.Manifest.Version, folder.Manifest.Plan.Permute, folder.Manifest.Plan.Times, folder.Manifest.Noise!.File));
        SandboxReplay asked = JsonSerializer.Deserialize<ReplayRequest>(api.Requests.Single(one => one.StartsWith("POST /api/v1/replays/check", StringComparison.Ordinal))["POST /api/v1/replays/check ".Length..], LoopJson.Options)!.Sandbox!;
        Assert.Equal((2, true, 6, "GET shop/"), (asked.Times, asked.Permute, asked.NoiseMask!.Runs, asked.NoiseMask.Mask.GetProperty("key").GetProperty("route").GetString()));
        await File.AppendAllTextAsync($"{To}/charge/noise.json", " ");
        Assert.Contains("noise.json: it was changed since it was promoted", Assert.Throws<TestFolderException>(() => TestFolder.Read($"{To}/charge")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Promote_WithBodiesNobodyRead_NamesEachOfThem()
    {
        await using FakeApi api = await Server();
        LoopctlRun run = await Promote(api);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.StartsWith("loopctl: not promoted: 6 bodies would go into the folder without any redaction record.\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("  payments POST /charge, request, 20 B: loopctl body 7f3k9m2q0abc 3 request\n", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("promote with --bodies-reviewed.\n", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "tests")));
    }

    [Fact]
    public async Task Promote_OfASandboxFileWithAFault_SaysWhere()
    {
        await using FakeApi api = await Server();
        string file = Path.Combine(_folder, "faulty.yaml");
        await File.WriteAllTextAsync(file, "version: 1\nservices:\n  payments:\n    comand: x\n");
        LoopctlRun run = await Promote(api, "--bodies-reviewed", "--sandbox", file);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains($"{file}:4:5: unknown key 'comand'", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--name", "../up")]
    [InlineData("--name", ".hidden")]
    [InlineData("--name", "")]
    [InlineData("--expect-verdict", "diverged")]
    public async Task Promote_WithABadCommandLine_AsksNothing(string option, string value)
    {
        await using FakeApi api = await Server();
        LoopctlRun run = await Promote(api, option, value);
        Assert.Equal((ExitCodes.Usage, 0), (run.ExitCode, api.Requests.Count));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Show(string id) => $"GET /api/v1/conversations/{id}";

    private static ConversationDetail Whole() => Samples.Detail() with { Coherence = new CoherenceReport(6, 6, [], true), ControlId = "c0c0c0c0c0c0" };

    private static ConversationDetail Bodiless(string id) => Samples.Detail() with { Id = id, Hops = [], OriginHopId = null };

    private static ReplayCheck Check() => new()
    {
        ConversationId = Samples.Id,
        Live = ["payments"],
        Conditions = Testing.TestFolders.Baseline.Conditions,
        Builds = new Dictionary<string, string> { ["payments"] = "git:old" },
        Baselines = [Testing.TestFolders.Baseline],
        RunsNeeded = 7,
    };

    private Task<LoopctlRun> Promote(FakeApi api, params string[] options) => LoopctlRun.Of(api.Url, ["promote", Samples.Id, "--to", To, .. options]);

    private async Task Refused(string why, Action<FakeApi> change, string hint = "")
    {
        await using FakeApi api = await Server();
        change(api);
        LoopctlRun run = await Promote(api, "--bodies-reviewed");
        Assert.Equal((ExitCodes.Usage, ""), (run.ExitCode, run.Output));
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
        Assert.Contains(hint, run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(To, Samples.Id)));
        Assert.Empty(Directory.Exists(To) ? Directory.GetFileSystemEntries(To) : []);
    }

    private async Task<FakeApi> Server()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "rows.sql"), "select 1;");
        await File.WriteAllTextAsync(Path.Combine(_folder, "loop-sandbox.yaml"), "version: 1\nservices:\n  payments: { command: ./payments, port: 80, state: { seed: { sql: rows.sql } } }\n  stock: { command: ./stock, port: 81, state: { prelude: [d0d0d0d0d0d0, 7f3k9m2q0abc] } }\n");
        FakeApi api = await FakeApi.Start();
        foreach (string id in new[] { Samples.Id, "c0c0c0c0c0c0", "d0d0d0d0d0d0" })
            api.OnText($"{Show(id)}/export", $$"""{"id":"{{id}}"}""", "application/json").OnJson(Show(id), id == Samples.Id ? Whole() : Bodiless(id));
        return api.OnJson(List, new[] { Proof() }).OnJson("POST /api/v1/replays/check", Check());
    }

    private ReplayReport Proof() => Samples.Replay("finished", Verdict.Reproduced) with
    {
        Evidence = "sealed",
        Sandbox = new SandboxReport
        {
            File = Path.Combine(_folder, "loop-sandbox.yaml"),
            Live = ["payments"],
            Conditions = Testing.TestFolders.Baseline.Conditions,
            Runs = [.. Enumerable.Range(1, 3).Select(number => new RunReport { Number = number, Verdict = Verdict.Reproduced, Row = "R1", Reason = "", PrepareMs = 1000 })],
            Asked = new SandboxAsked(null, "3", null, null, []),
        },
    };
}
