using System.Runtime.Versioning;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Engine;
using Loop.Replayer.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Loop.Replayer.Tests.Sandboxes;

/// <summary>A real service in a real sandbox that asks for one price twice at the same time, and fails when the second is lower.</summary>
[SupportedOSPlatform("linux")]
public sealed class PermuteTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("loop-test-permute-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task EqualCallsWithDifferentAnswers_AreAmbiguousUntilEveryAssignmentIsTried()
    {
        await using ReplayerHost host = await ReplayerHost.Start(Pair(), services: services => services.AddSingleton<IReplayIdSource>(new RandomReplayIdSource()));

        ReplayReport plain = await Replay(host, "buggy", permute: false);
        if (plain.Sandbox!.UnsealedBecause is { } reason)
            Assert.Skip(reason);
        Assert.Equal($"{Verdict.Inconclusive} V5 {plain.Reason}", $"{plain.Verdict} {plain.Row} {plain.Reason}");
        Assert.Contains("are equal calls, were made at the same time and answered differently", plain.Reason, StringComparison.Ordinal);

        ReplayReport permuted = await Replay(host, "buggy", permute: true);
        Assert.True(permuted.Verdict is Verdict.Reproduced, $"{permuted.Row}: {permuted.Reason}");
        Assert.EndsWith("under assignment prices GET /price answered in the order #1, #2", permuted.Reason, StringComparison.Ordinal);
        Assert.Equal(["prices GET /price answered in the order #1, #2", "prices GET /price answered in the order #2, #1"], permuted.Sandbox!.Runs.Select(run => run.Assignment).Order());
        Assert.Equal(1, permuted.Sandbox.ReproducedRuns);

        // What differs under one assignment alone is nobody's doing.
        ReplayReport whatIf = await Replay(host, "buggy", permute: true, "entry request header x-tenant=b");
        Assert.Equal((Verdict.Inconclusive, "N"), (whatIf.Verdict, whatIf.Row));
        Assert.Contains("another answer under 1 of 2 assignments of equal calls", whatIf.Reason, StringComparison.Ordinal);
        Assert.Contains("entry request header x-tenant=b: took place 2 times: web GET /pair #1", whatIf.Sandbox!.WhatIf);

        host.Store.Earlier.Add(permuted);
        ReplayReport mended = await Replay(host, "fixed", permute: true);
        Assert.Equal($"{Verdict.Fixed} F3 {mended.Reason}", $"{mended.Verdict} {mended.Row} {mended.Reason}");
        Assert.Equal(2, mended.Sandbox!.Runs.Count);
    }

    private static Recording Pair()
    {
        // Answers take so long that a cold service or a busy machine does not bring one call before the other, nor to an end before the other begins.
        static Func<Exchange, Exchange> Lasting(double seconds) => exchange => exchange with { Duration = TimeSpan.FromSeconds(seconds) };
        Recording recording = new();
        recording.Origin = recording.Hop("web", "GET", "/pair", 500, """{"error":"the price fell while it was read"}""", source: "client", change: Lasting(6));
        recording.Hop("prices", "GET", "/price", 200, """{"price":2}""", parent: "hop-1", change: Lasting(4));
        recording.Hop("prices", "GET", "/price", 200, """{"price":1}""", parent: "hop-1", change: Lasting(4));
        return recording;
    }

    private Task<ReplayReport> Replay(ReplayerHost host, string build, bool permute, params string[] edits)
    {
        string path = Path.Combine(_folder, $"{build}.yaml");
        string program = Path.Combine(AppContext.BaseDirectory, "Loop.Replayer.Sandbox.Programs");
        File.WriteAllText(path, $"version: 1\nservices:\n  web:\n    command: [\"{program}\", pair, \"8080\", {build}]\n    port: 8080\n    state: none\n    build: {{ git: {build} }}\n");
        return host.Replay(null!, request => request with { Sandbox = new SandboxReplay { File = path, Permute = permute, Edits = edits } });
    }
}
