using System.Runtime.Versioning;
using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Replaying;

/// <summary>Faults and edits in real sandboxes: a failing conversation of the shop, web → recommendations → history, of which history fails by itself.</summary>
[SupportedOSPlatform("linux")]
public sealed class WhatIfTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shop_FaultsAndEdits_AreJudgedByTheEntrysAnswerAlone()
    {
        await using LoopServer server = await LoopServer.Start();
        string id = await KeepSuggestion(server);
        using ShopSandbox sandbox = new();
        string file = sandbox.File();

        ReplayReport same = await Replay(server, id, file, "--live", "web,recommendations", "--fault", "history delay=300ms");
        Expect(same, Verdict.Unchanged, "W1", "same entry answer", "history delay=300ms: took place once: history POST /purchases #1");
        Assert.Equal(0, same.Sandbox!.ReproducedRuns);

        ReplayReport healthy = await Replay(server, id, file, "--live", "web,recommendations", "--fault", """history#1 status=200 body={"purchases":[]}""");
        Expect(healthy, Verdict.Diverged, "W2", "other entry answer: status: 502 → 200", """history#1 status=200 body={"purchases":[]}: took place once: history POST /purchases #1""");

        ReplayReport relayed = await Replay(server, id, file, "--live", "web,recommendations,history", "--fault", "recommendations reset");
        Expect(relayed, Verdict.Diverged, "W2", "other entry answer: status: 502 → 500", "recommendations reset: took place once: recommendations POST /recommendations #1");
        // The callee did its work all the same.
        Assert.DoesNotContain(relayed.Divergences, one => one.Place == "call missing");

        ReplayReport edited = await Replay(server, id, file, "--edit", "entry request $.products[0]=tea");
        Expect(edited, Verdict.Diverged, "W2", "other entry answer: status: 502 → 200", "entry request $.products[0]=tea: took place once: web POST /suggestions #1");

        ReplayReport never = await Replay(server, id, file, "--edit", "entry request $.products=null", "--fault", "history status=503");
        Expect(never, Verdict.Diverged, "W2", "never took place: history status=503", "history status=503: never took place: no such call was made, or its answer was not long enough");

        ReplayReport plain = await Replay(server, id, file);
        Assert.Equal((Verdict.Reproduced, "R1"), (plain.Verdict, plain.Row));
        ReplayReport nothing = await Replay(server, id, file, "--live", "web,recommendations,history", "--fault", "history truncate=100000");
        Expect(nothing, Verdict.Inconclusive, "W3", "nothing of it took place", "history truncate=100000: never took place: no such call was made, or its answer was not long enough");

        Assert.Contains("did you mean history?", await Refusal(server, id, file, "--fault", "histroy status=503"));
        string listed = (await Loopctl.Run(server.Http, ["replays", "list"])).Output;
        Assert.Contains("WHAT IF (2 changes): other entry answer", listed);
        string shown = (await Loopctl.Run(server.Http, ["replays", "show", same.Id])).Output;
        Assert.Contains("WHAT IF      this replay was changed by hand: it says nothing about the recorded failure", shown);
        Assert.EndsWith("verdict: unchanged (same entry answer)", shown.Trim());
        Assert.Empty(server.Errors);
    }

    private static void Expect(ReplayReport report, Verdict verdict, string row, string reason, string whatIf)
    {
        Assert.Equal((verdict, row), (report.Verdict, report.Row));
        Assert.Contains(reason, report.Reason);
        Assert.Contains(whatIf, report.Sandbox!.WhatIf);
    }

    private static async Task<string> KeepSuggestion(LoopServer server)
    {
        using var api = new LoopApi(server.Http);
        await using (ShopMesh mesh = await ShopMesh.Start(server.Capture!.Port, Cancellation))
        {
            Assert.True((await mesh.Send(40, Cancellation)).IsAsPlanned);
            await api.ListUntil(list => list.Count == 2 && list.All(one => one.State == ConversationState.Sealed), "2 sealed conversations", Cancellation);
        }

        return (await api.List(Cancellation)).Single(one => one.Path == "/suggestions").Id;
    }

    private static async Task<ReplayReport> Replay(LoopServer server, string id, string file, params string[] options)
    {
        (int code, string output, string errors) = await Loopctl.Run(server.Http, ["replay", id, "--sandbox", file, "--json", .. options]);
        ReplayReport report = JsonSerializer.Deserialize<ReplayReport>(output, LoopJson.Options) ?? throw new InvalidOperationException(errors);
        if (report.Sandbox!.UnsealedBecause is { } reason)
            Assert.Skip(reason);
        Assert.Equal(((int)report.Verdict!.Value, "sealed"), (code, report.Evidence));
        return report;
    }

    private static async Task<string> Refusal(LoopServer server, string id, string file, params string[] options)
    {
        (int code, _, string errors) = await Loopctl.Run(server.Http, ["replay", id, "--sandbox", file, .. options]);
        Assert.InRange(code, 64, 127);
        return errors;
    }
}
