using System.Runtime.Versioning;
using System.Security.Cryptography;
using Loop.Contracts.Replays;
using Loop.Integration.Tests.Harness;
using Loop.Replayer.Sandbox.Programs;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Loop.Integration.Tests.Replaying;

/// <summary>A failure whose answer holds an id and a time that are new in every run.</summary>
[SupportedOSPlatform("linux")]
public sealed class NoiseTests(CapturedMesh mesh) : IClassFixture<CapturedMesh>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("loop-test-noise-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task LearnedNoise_IsNotCompared_AndHidesNeitherACauseNorABrokenForm()
    {
        string id = await KeepFailure();

        ReplayReport strict = await mesh.Server.Replay(id, FileOf("buggy"));
        Assert.Equal($"{Verdict.Diverged} D1 {strict.Reason}", $"{strict.Verdict} {strict.Row} {strict.Reason}");

        ReplayReport learning = await mesh.Server.Replay(id, FileOf("buggy"), "--learn-noise", "5");
        NoiseReport noise = learning.Sandbox!.Noise!;
        Assert.True(learning.Verdict is Verdict.Reproduced, $"{learning.Row}: {learning.Reason}; {string.Join("; ", noise.Unmasked)}");
        Assert.Equal((5, learning.Id, null), (noise.Runs, noise.LearnedBy, noise.Refusal));
        Assert.Collection(noise.Masked.Order(StringComparer.Ordinal),
            line => Assert.Contains("body $.incident: an id of the form", line, StringComparison.Ordinal),
            line => Assert.Contains("body $.retryAt: a time such as", line, StringComparison.Ordinal));

        ReplayReport planted = await mesh.Server.Replay(id, FileOf("planted"), "--noise", learning.Id);
        Assert.Equal((Verdict.Diverged, "D1"), (planted.Verdict, planted.Row));
        Assert.Contains(planted.Divergences, divergence => divergence is { Place: "body $.incident", Replayed: "\"none\"" });

        ReplayReport mended = await mesh.Server.Replay(id, FileOf("fixed"), "--noise", learning.Id);
        Assert.Equal((Verdict.Fixed, "F3"), (mended.Verdict, mended.Row));
        Assert.Empty(mesh.Server.Errors);
    }

    [Fact]
    public async Task LearnedNoise_GoesAlongWithATest_AndIsAsStrictThere()
    {
        string id = await KeepFailure();
        ReplayReport learning = await mesh.Server.Replay(id, FileOf("buggy"), "--learn-noise", "5", "--permute");
        Assert.True(learning.Verdict is Verdict.Reproduced, $"{learning.Row}: {learning.Reason}");
        string tests = Path.Combine(_folder, "tests"), kept = Path.Combine(tests, "noisy");
        (int code, _, string errors) = await Loopctl.Run(mesh.Server.Http, "promote", id, "--to", tests, "--name", "noisy", "--bodies-reviewed");
        Assert.True(code == 0, errors);
        Assert.Contains("\"permute\": true", await File.ReadAllTextAsync(Path.Combine(kept, "loop-test.json"), Cancellation), StringComparison.Ordinal);

        // In stores of their own.
        await Test(0, "fixed", "");
        await Test(1, "buggy", "reproduced");
        await Test(1, "planted", "diverged");

        // A mask over a cause is no mask, whoever wrote it.
        string noise = Path.Combine(kept, "noise.json"), manifest = Path.Combine(kept, "loop-test.json");
        string before = TestFolderHash(noise);
        await File.WriteAllTextAsync(noise, (await File.ReadAllTextAsync(noise, Cancellation)).Replace("body $.incident", "body $.error", StringComparison.Ordinal), Cancellation);
        await Test(3, "fixed", "it was changed since it was promoted");
        await File.WriteAllTextAsync(manifest, (await File.ReadAllTextAsync(manifest, Cancellation)).Replace(before, TestFolderHash(noise), StringComparison.Ordinal), Cancellation);
        await Test(3, "fixed", "which no mask may hide");

        async Task Test(int expected, string build, string words)
        {
            (int actual, string output, string told) = await Loopctl.RunAlone("test", tests, "--sandbox", FileOf(build));
            Assert.True(actual == expected, $"{build}: {actual} {output}{told}");
            Assert.Contains(words, output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task NoiseMask_ThatDoesNotHoldHere_IsRefusedWithWhatToDo()
    {
        string id = await KeepFailure();
        ReplayReport plain = await mesh.Server.Replay(id, FileOf("buggy"));

        Assert.Contains("was not asked to learn what varies", await mesh.Server.ReplayRefusal(id, FileOf("buggy"), "--noise", plain.Id), StringComparison.Ordinal);
        Assert.Contains("No replay has the id", await mesh.Server.ReplayRefusal(id, FileOf("buggy"), "--noise", "zzzz"), StringComparison.Ordinal);
        Assert.Contains("2 is out of range", await mesh.Server.ReplayRefusal(id, FileOf("buggy"), "--learn-noise", "2"), StringComparison.Ordinal);
        Assert.Contains("clock: real", await mesh.Server.ReplayRefusal(id, FileOf("buggy", "clock: real\n"), "--learn-noise", "5"), StringComparison.Ordinal);
        Assert.Contains("a mask is given too", await mesh.Server.ReplayRefusal(id, FileOf("buggy"), "--learn-noise", "5", "--noise", plain.Id), StringComparison.Ordinal);
    }

    private static string TestFolderHash(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    private async Task<string> KeepFailure()
    {
        mesh.Service.Other = async context =>
        {
            (context.Response.StatusCode, string json) = NoisyService.Answer("buggy");
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(json);
        };
        var trace = TestTrace.New();
        await mesh.Client.Get(mesh.Outbound, "orders", "/price", trace, Cancellation);
        return (await mesh.Api.SealedOf(trace, Cancellation)).Id;
    }

    private string FileOf(string build, string extra = "")
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Loop.Replayer.Sandbox.Programs");
        string path = Path.Combine(_folder, $"{build}{extra.Length}.yaml");
        File.WriteAllText(path, $"version: 1\nservices:\n  orders:\n    command: [\"{program}\", noisy, \"8080\", {build}]\n    port: 8080\n    state: none\n    build: {{ git: {build} }}\n{extra}");
        return path;
    }
}
