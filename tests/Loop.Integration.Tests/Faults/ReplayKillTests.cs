using System.Net.Http.Json;
using System.Runtime.Versioning;
using Loop.Contracts.Api;
using Loop.Contracts.Replays;
using Loop.Integration.Tests.Harness;
using Loop.Integration.Tests.Replaying;
using Xunit;

namespace Loop.Integration.Tests.Faults;

/// <summary>A replayer that is killed at each stage of a replay.</summary>
[SupportedOSPlatform("linux")]
public sealed class ReplayKillTests(KeptShop shop) : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("loop-rk-").FullName;
    private readonly ShopSandbox _sandbox = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Sandboxes => Path.Combine(_root, "run", "loop-sandboxes");

    public void Dispose()
    {
        _sandbox.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Kill_AtEachStage_EachReplayEndsOnceAndNothingIsLeft()
    {
        string data = await shop.Copy();
        string first, second, third;
        await using (LoopServer server = await Start(data))
        {
            string conversation = await KeptShop.Suggestion(server, Cancellation);
            first = await Ask(server, conversation);
            second = await Ask(server, conversation);
            await server.ReportUntil(first, report => report.Stage is "run 1: prepared", Cancellation);
            await server.Kill();
        }

        await using (LoopServer server = await Start(data))
        {
            await server.ReportUntil(first, report => report.Stage is "run 1: sent", Cancellation);
            await server.Kill();
        }

        await using (LoopServer server = await Start(data))
        {
            ReplayReport twice = await Ended(server, first, "interrupted 2 times: begun again each time after the replayer was restarted");
            await Ended(server, second, null);
            third = await Ask(server, twice.ConversationId);
            await server.ReportUntil(third, report => report.Stage is "run 1: sent", Cancellation);
            // The place is removed before anything is compared.
            await server.ReportUntil(third, _ => !Directory.EnumerateFiles(Sandboxes, "agent", SearchOption.AllDirectories).Any(), Cancellation);
            await server.Kill();
        }

        await using (LoopServer server = await Start(data))
        {
            await server.ReportUntil(third, report => report.Stage is "run 1: decided" || report.Verdict is not null, Cancellation);
            await server.Kill();
        }

        await using (LoopServer server = await Start(data))
        {
            ReplayReport report = await server.ReportUntil(third, report => report.Verdict is not null, Cancellation);
            Assert.Equal((Verdict.Reproduced, "R1", 1), (report.Verdict, report.Row, report.Sandbox!.Runs.Count));
            using HttpClient client = new() { BaseAddress = server.Http };
            ReplayReport[] all = (await client.GetFromJsonAsync<ReplayReport[]>("/api/v1/replays", LoopJson.Options, Cancellation))!;
            Assert.Equal(new[] { first, second, third }.Order(), all.Select(one => one.Id).Order());
            Assert.Equal(0, await server.Stop());
        }

        await Leftovers.AssertNone(_root, Cancellation);
    }

    private Task<LoopServer> Start(string data) => LoopServer.Start(data, Leftovers.Environment(_root));

    private async Task<string> Ask(LoopServer server, string conversation)
    {
        using HttpClient client = new() { BaseAddress = server.Http };
        ReplayRequest request = new() { Conversation = conversation, Sandbox = new SandboxReplay { File = _sandbox.File(), Live = ["history"] } };
        HttpResponseMessage response = await client.PostAsJsonAsync("/api/v1/replays", request, LoopJson.Options, Cancellation);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancellation));
        return (await response.Content.ReadFromJsonAsync<ReplayReport>(LoopJson.Options, Cancellation))!.Id;
    }

    private static async Task<ReplayReport> Ended(LoopServer server, string id, string? note)
    {
        ReplayReport report = await server.ReportUntil(id, report => report.Verdict is not null, Cancellation);
        Assert.Equal((Verdict.Reproduced, "R1", 1), (report.Verdict, report.Row, report.Sandbox!.Runs.Count));
        Assert.Equal(note, report.Sandbox.Listed.FirstOrDefault(line => line.StartsWith("interrupted", StringComparison.Ordinal)));
        return report;
    }
}
