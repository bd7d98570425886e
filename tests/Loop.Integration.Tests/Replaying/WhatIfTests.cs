using System.Runtime.Versioning;
using Loop.Contracts.Replays;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Replaying;

/// <summary>Faults and edits in real sandboxes: a failing conversation of the shop, web → recommendations → history, of which history fails by itself.</summary>
[SupportedOSPlatform("linux")]
public sealed class WhatIfTests(KeptShop shop)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shop_FaultsAndEdits_AreJudgedByTheEntrysAnswerAlone()
    {
        await using LoopServer server = await LoopServer.Start(await shop.Copy());
        string id = await KeptShop.Suggestion(server, Cancellation);
        using ShopSandbox sandbox = new();
        string file = sandbox.File();

        ReplayReport same = await server.Replay(id, file, "--live", "web,recommendations", "--fault", "history delay=300ms");
        Expect(same, Verdict.Unchanged, "W1", "same entry answer", "history delay=300ms: took place once: history POST /purchases #1");
        Assert.Equal(0, same.Sandbox!.ReproducedRuns);

        ReplayReport healthy = await server.Replay(id, file, "--live", "web,recommendations", "--fault", """history#1 status=200 body={"purchases":[]}""");
        Expect(healthy, Verdict.Diverged, "W2", "other entry answer: status: 502 → 200", """history#1 status=200 body={"purchases":[]}: took place once: history POST /purchases #1""");

        ReplayReport relayed = await server.Replay(id, file, "--live", "web,recommendations,history", "--fault", "recommendations reset");
        Expect(relayed, Verdict.Diverged, "W2", "other entry answer: status: 502 → 500", "recommendations reset: took place once: recommendations POST /recommendations #1");
        // The callee did its work all the same.
        Assert.DoesNotContain(relayed.Divergences, one => one.Place == "call missing");

        ReplayReport edited = await server.Replay(id, file, "--edit", "entry request $.products[0]=tea");
        Expect(edited, Verdict.Diverged, "W2", "other entry answer: status: 502 → 200", "entry request $.products[0]=tea: took place once: web POST /suggestions #1");

        ReplayReport never = await server.Replay(id, file, "--edit", "entry request $.products=null", "--fault", "history status=503");
        Expect(never, Verdict.Diverged, "W2", "never took place: history status=503", "history status=503: never took place: no such call was made, or its answer was not long enough");

        ReplayReport plain = await server.Replay(id, file);
        Assert.Equal((Verdict.Reproduced, "R1"), (plain.Verdict, plain.Row));
        ReplayReport nothing = await server.Replay(id, file, "--live", "web,recommendations,history", "--fault", "history truncate=100000");
        Expect(nothing, Verdict.Inconclusive, "W3", "nothing of it took place", "history truncate=100000: never took place: no such call was made, or its answer was not long enough");

        ReplayReport below = await server.Replay(id, file, "--live", "web,recommendations", "--judge", "recommendations", "--times", "2", "--fault", """history#1 status=200 body={"purchases":[]}""");
        Expect(below, Verdict.Diverged, "W2", "2 of 2 runs: other answer of recommendations POST /recommendations #1: status: ", """history#1 status=200 body={"purchases":[]}: took place 2 times: history POST /purchases #1""");
        ReplayReport belowSame = await server.Replay(id, file, "--live", "web,recommendations", "--judge", "recommendations", "--fault", "history delay=300ms");
        Expect(belowSame, Verdict.Unchanged, "W1", "same answer of recommendations POST /recommendations #1", "history delay=300ms: took place once: history POST /purchases #1");
        ReplayReport notLive = await server.Replay(id, file, "--live", "web", "--judge", "recommendations", "--fault", "recommendations status=503");
        Assert.Equal((Verdict.Inconclusive, "V2"), (notLive.Verdict, notLive.Row));

        Assert.Contains("nothing is said about what was wrong in it", await server.ReplayRefusal(id, file, "--wrong", "1 response $.error", "--fault", "history reset"));
        Assert.Contains("learned without faults and edits", await server.ReplayRefusal(id, file, "--learn-noise", "5", "--fault", "history reset"));
        Assert.Contains("--against", await server.ReplayRefusal(id, file, "--against", file, "--fault", "history reset"));
        Assert.Contains("did you mean history?", await server.ReplayRefusal(id, file, "--fault", "histroy status=503"));
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
}
