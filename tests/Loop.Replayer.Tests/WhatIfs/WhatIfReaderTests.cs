using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.WhatIfs;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests.WhatIfs;

/// <summary>web (live) → stock, payments twice (recorded); the entry is hop 1.</summary>
public sealed class WhatIfReaderTests
{
    [Theory]
    [InlineData("payments status=503", "hop-3 hop-4")]
    [InlineData("payments#2 status=503", "hop-4")]
    [InlineData("payments POST /charge status=503", "hop-3")]
    [InlineData("payments POST /refund #1 status=503", "hop-4")]
    [InlineData("3 status=503", "hop-3")]
    [InlineData("hop-4 status=503", "hop-4")]
    public void Fault_OfCalls_FindsThem(string fault, string hops) => Assert.Equal(hops, string.Join(' ', Accepted([fault], []).Faults.Keys.Order()));

    [Fact]
    public void Faults_TheNarrowerWins()
    {
        WhatIfPlan plan = Accepted(["payments status=503", "payments#2 delay=3s"], []);

        Assert.Equal((503, null), (plan.Faults["hop-3"].Status, plan.Faults["hop-4"].Status));
        Assert.Equal(TimeSpan.FromSeconds(3), plan.Delay);
        // A call that nobody recorded meets the wide one alone.
        Assert.Equal("payments status=503", Assert.Single(plan.Everywhere).Fault.Text);
    }

    [Theory]
    [InlineData("paymnets status=503", "no call goes to 'paymnets'; did you mean payments?")]
    [InlineData("payments#3 reset", "payments was called 2 times, not 3 times; there are payments POST /charge #1 (hop 3), payments POST /refund #1 (hop 4)")]
    [InlineData("stock#2 reset", "stock was called once, not 2 times; there is stock GET /items/7 #1 (hop 2)")]
    [InlineData("payments GET /charge reset", "no call to payments is GET /charge; there are payments POST /charge #1 (hop 3)")]
    [InlineData("entry reset", "no live service makes web POST /checkout #1")]
    [InlineData("payments#1 truncate=100", "the recorded body has 14 bytes, so nothing would be cut off")]
    [InlineData("payments dealy=3s", "did you mean delay?")]
    public void Fault_ThatCannotBe_IsRefusedWithWhatIsThere(string fault, string why) => Assert.Contains(why, Refused([fault], []).Detail, StringComparison.Ordinal);

    [Theory]
    [InlineData("payments#1 response $.paid=0", null)]
    [InlineData("entry request $.cart=2", null)]
    [InlineData("1 request header x-tenant=b", null)]
    [InlineData("payments#1 response $.payed=0", "payments POST /charge #1: it holds no value at $.payed; did you mean $.paid?")]
    [InlineData("payments#1 request $.amount=0", "the request of payments POST /charge #1 is not sent by the replay, but by a live service")]
    [InlineData("entry response $.error=x", "web runs, and its answer is its own")]
    [InlineData("mail response $.x=1", "no call goes to 'mail'")]
    public void Edit_IsTriedAgainstTheRecording(string edit, string? why)
    {
        if (why is null)
            Assert.Equal([edit], Accepted([], [edit]).Texts);
        else
            Assert.Contains(why, Refused([], [edit]).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Edits_OfOnePlace_AreRefused() =>
        Assert.Contains("'payments#1 response $.paid=0' sets it already", Refused([], ["payments#1 response $.paid=0", "3 response $.paid=1"]).Detail, StringComparison.Ordinal);

    [Fact]
    public void Faults_OfOneCallWithOneRank_AreRefused()
    {
        Assert.Contains("both name payments POST /charge #1", Refused(["payments#1 reset", "3 delay=1s"], []).Detail, StringComparison.Ordinal);
        Assert.Contains("is given twice", Refused(["payments reset", " payments reset"], []).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void EntryThatIsNotLive_IsRefused() =>
        Assert.Contains("The entry is answered from the recording", Read(["stock reset"], [], "payments").Refusal!.Detail, StringComparison.Ordinal);

    [Fact]
    public void RunningCallee_HasFaultsButNoEdits()
    {
        Assert.NotNull(Read(["payments reset"], [], "web", "payments").Plan);
        Assert.Contains("--recorded payments", Read([], ["payments#1 response $.paid=0"], "web", "payments").Refusal!.Remedy, StringComparison.Ordinal);
    }

    private static WhatIfPlan Accepted(string[] faults, string[] edits)
    {
        (WhatIfPlan? plan, WhatIfRefusal? refusal) = Read(faults, edits, "web");
        Assert.True(plan is not null, refusal?.Detail);
        return plan;
    }

    private static WhatIfRefusal Refused(string[] faults, string[] edits) => Read(faults, edits, "web").Refusal ?? throw new InvalidOperationException("It was accepted.");

    private static (WhatIfPlan? Plan, WhatIfRefusal? Refusal) Read(string[] faults, string[] edits, params string[] live)
    {
        Recording recording = new();
        recording.Hop("web", "POST", "/checkout", 502, """{"error":"payments answered 500"}""", """{"cart":1}""", source: "client");
        recording.Hop("stock", "GET", "/items/7", 200, """{"left":3}""", parent: "hop-1");
        recording.Hop("payments", "POST", "/charge", 500, """{"paid":false}""", """{"amount":12.50}""", parent: "hop-1");
        recording.Hop("payments", "POST", "/refund", 200, """{"paid":false}""", """{"amount":12.50}""", parent: "hop-1");
        return WhatIfReader.Read(faults, edits, LivePlan.Of(recording.Detail.Hops, recording.Exchanges, live.ToHashSet()), "hop-1", part => part.Body.Sha256 is { } sha256 ? recording.Bodies[sha256] : null);
    }
}
