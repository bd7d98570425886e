using System.Runtime.Versioning;
using System.Text.Json;
using Loop.Contracts.Api;
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

        ReplayReport strict = await Replay(id, "buggy");
        Assert.Equal($"{Verdict.Diverged} D1 {strict.Reason}", $"{strict.Verdict} {strict.Row} {strict.Reason}");

        ReplayReport learning = await Replay(id, "buggy", "--learn-noise", "5");
        NoiseReport noise = learning.Sandbox!.Noise!;
        Assert.True(learning.Verdict is Verdict.Reproduced, $"{learning.Row}: {learning.Reason}; {string.Join("; ", noise.Unmasked)}");
        Assert.Equal((5, learning.Id, null), (noise.Runs, noise.LearnedBy, noise.Refusal));
        Assert.Collection(noise.Masked.Order(StringComparer.Ordinal),
            line => Assert.Contains("body $.incident: an id of the form", line, StringComparison.Ordinal),
            line => Assert.Contains("body $.retryAt: a time such as", line, StringComparison.Ordinal));

        ReplayReport planted = await Replay(id, "planted", "--noise", learning.Id);
        Assert.Equal((Verdict.Diverged, "D1"), (planted.Verdict, planted.Row));
        Assert.Contains(planted.Divergences, divergence => divergence is { Place: "body $.incident", Replayed: "\"none\"" });

        ReplayReport mended = await Replay(id, "fixed", "--noise", learning.Id);
        Assert.Equal((Verdict.Fixed, "F3"), (mended.Verdict, mended.Row));
        Assert.Empty(mesh.Server.Errors);
    }

    [Fact]
    public async Task NoiseMask_ThatDoesNotHoldHere_IsRefusedWithWhatToDo()
    {
        string id = await KeepFailure();
        ReplayReport plain = await Replay(id, "buggy");

        Assert.Contains("was not asked to learn what varies", await Refusal(id, FileOf("buggy"), "--noise", plain.Id), StringComparison.Ordinal);
        Assert.Contains("No replay has the id", await Refusal(id, FileOf("buggy"), "--noise", "zzzz"), StringComparison.Ordinal);
        Assert.Contains("2 is out of range", await Refusal(id, FileOf("buggy"), "--learn-noise", "2"), StringComparison.Ordinal);
        Assert.Contains("clock: real", await Refusal(id, FileOf("buggy", "clock: real\n"), "--learn-noise", "5"), StringComparison.Ordinal);
        Assert.Contains("a mask is given too", await Refusal(id, FileOf("buggy"), "--learn-noise", "5", "--noise", plain.Id), StringComparison.Ordinal);
    }

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

    private async Task<ReplayReport> Replay(string id, string build, params string[] options)
    {
        (int code, string output, string errors) = await Loopctl.Run(mesh.Server.Http, ["replay", id, "--sandbox", FileOf(build), "--json", .. options]);
        Assert.True(code < 64, errors);
        ReplayReport report = JsonSerializer.Deserialize<ReplayReport>(output, LoopJson.Options)!;
        if (report.Sandbox!.UnsealedBecause is { } reason)
            Assert.Skip(reason);
        return report;
    }

    private async Task<string> Refusal(string id, string file, params string[] options)
    {
        (int code, _, string errors) = await Loopctl.Run(mesh.Server.Http, ["replay", id, "--sandbox", file, .. options]);
        Assert.InRange(code, 64, 127);
        return errors;
    }
}
