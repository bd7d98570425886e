using Loop.Contracts.Replays;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Noise;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Tests.Comparison;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests.Runs;

public sealed class SandboxComparisonTests
{
    [Theory]
    [InlineData("payments")]
    [InlineData("web", "payments")]
    public void Of_TheSameAgain_DiffersInNothingAndReproduces(params string[] live)
    {
        ShopRun shop = ShopRun.Of(live);

        Assert.Empty(shop.Compare(shop.AsRecorded()).Divergences);
        Assert.Equal((Verdict.Reproduced, "R1"), Said(shop.Decide(shop.AsRecorded())));
    }

    [Fact]
    public void Of_OriginNotLive_ClaimsNothing() => Assert.Equal((Verdict.Inconclusive, "V2"), Said(ShopRun.Of("web") is { } shop ? shop.Decide(shop.AsRecorded()) : null!));

    [Fact]
    public void Of_AnotherCause_Diverges()
    {
        ShopRun shop = ShopRun.Of("payments");
        RunRecord run = WithAnswer(shop, ShopRun.Answered(500, """{"error":"limit is null"}"""));

        Assert.Equal((Verdict.Diverged, "D1"), Said(shop.Decide(run)));
        Divergence first = shop.Compare(run).Divergences[0];
        Assert.Equal(("payments POST /charge #1", "body $.error"), (first.Hop, first.Place));
    }

    [Fact]
    public void Of_GrpcAnswer_DiffersByTheNamesThatDescriptorsGive()
    {
        static byte[] Framed(int count) => [0, 0, 0, 0, (byte)Shop.Order("a", count).Length, .. Shop.Order("a", count)];
        Recording recording = new();
        recording.Hop("web", "POST", "/checkout", 200, "{}", source: "client");
        recording.Hop("payments", "POST", "/shop.Orders/Get", 200, System.Text.Encoding.Latin1.GetString(Framed(1)), parent: "hop-1", contentType: "application/grpc");
        ShopRun shop = new(recording, "payments");
        RunRecord run = WithAnswer(shop, ShopRun.Answered(200, "") with { Headers = [new("content-type", "application/grpc")], Body = Framed(2) });

        Assert.Contains(shop.Compare(run).Divergences, divergence => divergence.Place == "body message[0].2.1");
        Assert.Contains(shop.Compare(run, types: Shop.Set).Divergences, divergence => divergence is { Place: "body message[0].item.count", Recorded: "1", Replayed: "2" });
    }

    [Fact]
    public void Of_MaskOverMuchOfTheJudgedAnswer_SaysNothing()
    {
        NoiseFilter order = new([new NoiseEntry("payments POST /charge #1", "body $.items", new NoiseShape.Order())]);
        ShopRun shop = ShopRun.Failing("""{"error":"card is null","items":[1,2,3]}""", "payments");

        Assert.Equal(0.75, shop.Observe(shop.AsRecorded(), order).MaskedShare);
        Assert.Equal((Verdict.Inconclusive, "V4"), Said(shop.Decide(shop.AsRecorded(), order)));
    }

    [Theory]
    [InlineData("web", 401, null, true)]
    [InlineData("payments", 403, null, true)]
    [InlineData("payments", 200, "16", true)]
    [InlineData("payments", 200, "7", true)]
    [InlineData("payments", 200, "5", false)]
    [InlineData("stock", 401, null, false)]
    [InlineData("stock", 403, null, true)]
    public void Of_LiveServiceThatRefusesItsCaller_IsSeenUnlessItDidSoBefore(string refusing, int status, string? grpcStatus, bool expected)
    {
        Recording recording = new();
        recording.Hop("web", "POST", "/checkout", 502, "{}", source: "client");
        recording.Hop("stock", "GET", "/items/7", 401, "{}", parent: "hop-1");
        recording.Origin = recording.Hop("payments", "POST", "/charge", 500, ShopRun.Cause, parent: "hop-1");
        ShopRun shop = new(recording, "web", "stock", "payments");
        string hop = recording.Detail.Hops.Single(one => one.Destination == refusing).Id;
        Answer refusal = ShopRun.Answered(status, "{}") with { Trailers = grpcStatus is null ? [] : [new("grpc-status", grpcStatus)] };
        RunRecord run = shop.AsRecorded();
        run = run with
        {
            Driven = [.. run.Driven.Select(driven => driven.HopId == hop ? driven with { Answer = refusal } : driven)],
            Calls = [.. run.Calls.Select(call => call.HopId == hop ? call with { Answer = refusal } : call)],
        };

        Assert.Equal(expected, shop.Observe(run).CallerRefused);
    }

    [Fact]
    public void Of_AbsentFailure_IsNotFixedWithoutABaseline()
    {
        ShopRun shop = ShopRun.Of("payments");

        Assert.Equal((Verdict.Inconclusive, "F2"), Said(shop.Decide(WithAnswer(shop, ShopRun.Answered(200, """{"ok":true}""")))));
    }

    [Fact]
    public void Of_CallThatWasNotMade_IsMissing()
    {
        ShopRun shop = ShopRun.Of("web", "payments");
        RunRecord run = shop.AsRecorded() with { Calls = [.. shop.AsRecorded().Calls.Where(call => call.HopId != "hop-2")] };

        Assert.Contains(shop.Compare(run).Divergences, divergence => divergence is { Hop: "stock GET /items/7 #1", Place: "call missing" });
    }

    [Fact]
    public void Of_MissBeforeTheEnd_IsInconclusiveAndAfterItListed()
    {
        ShopRun shop = ShopRun.Of("payments");
        RunRecord before = shop.AsRecorded() with { Calls = [Missed(shop, TimeSpan.FromMilliseconds(1))] };
        RunRecord after = shop.AsRecorded() with { Calls = [Missed(shop, TimeSpan.FromSeconds(1))] };

        Assert.Equal((Verdict.Inconclusive, "V5"), Said(shop.Decide(before)));
        Assert.Equal((Verdict.Reproduced, "R1"), Said(shop.Decide(after)));
        Assert.Single(shop.Decide(after).Listed);
    }

    [Fact]
    public void Of_BackgroundMiss_NeverDecides()
    {
        ShopRun shop = ShopRun.Of("payments");
        RunRecord run = shop.AsRecorded() with { Calls = [Missed(shop, TimeSpan.FromMilliseconds(1)) with { IsBackground = true, CallerHopId = null }] };

        Assert.Equal((Verdict.Reproduced, "R1"), Said(shop.Decide(run)));
    }

    [Fact]
    public void Of_RefusedConnection_IsInconclusive()
    {
        ShopRun shop = ShopRun.Of("payments");
        RunRecord run = shop.AsRecorded();
        run = run with { Refused = [new RefusedTarget("payments", "TCP db:5432 (PostgreSQL)", IsBackground: false, run.StartedAt)] };

        Decision decision = shop.Decide(run);
        Assert.Equal((Verdict.Inconclusive, "V5"), Said(decision));
        Assert.Contains("TCP db:5432 (PostgreSQL) by payments", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_AnswerThatWasNotKept_IsAGapOfTheInput()
    {
        ShopRun shop = ShopRun.Of("payments");
        RunRecord run = shop.AsRecorded() with { Calls = [Missed(shop, TimeSpan.FromMilliseconds(1)) with { Miss = null, Gap = "stock GET /items/7 #1: its answer was not kept in full" }] };

        Assert.Equal((Verdict.Inconclusive, "V4"), Said(shop.Decide(run)));
    }

    [Fact]
    public void Of_NothingAnswered_IsAHangOrAFault()
    {
        ShopRun shop = ShopRun.Of("payments");
        RunRecord silent = WithAnswer(shop, new Answer { Outcome = AnswerOutcome.HeadersTimedOut, Duration = TimeSpan.FromSeconds(30) });
        RunRecord broken = shop.AsRecorded() with { Fault = new SandboxFault(SandboxFaultKind.ServiceDied, "payments ended with exit code 1") };

        Assert.Equal((Verdict.Diverged, "D2"), Said(shop.Decide(silent)));
        Assert.Equal((Verdict.Inconclusive, "V1"), Said(shop.Decide(broken)));
    }

    private static (Verdict, string) Said(Decision decision) => (decision.Verdict, decision.Row);

    private static RunRecord WithAnswer(ShopRun shop, Answer answer)
    {
        RunRecord run = shop.AsRecorded();
        return run with { Driven = [.. run.Driven.Select(driven => driven with { Answer = answer })] };
    }

    private static ServedCall Missed(ShopRun shop, TimeSpan after) => new()
    {
        Caller = "payments",
        CallerHopId = "hop-3",
        Miss = "no such call was recorded",
        StartedAt = shop.AsRecorded().StartedAt + after,
        EndedAt = shop.AsRecorded().StartedAt + after,
        Request = new Message(shop.Live.Drives[0].Request!.Request!, ReadOnlyMemory<byte>.Empty),
        RequestBodyBytes = 0,
    };
}
