using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests.Verdicts;

public sealed class SandboxTargetTests
{
    private const string Cause = """{"error":"card is null"}""";

    [Fact]
    public void Read_NothingNamed_JudgesTheOrigin()
    {
        ReplayTarget target = Read(Plan(), ["payments"]);

        Assert.Equal((TargetPlace.Deeper, "payments POST /charge #1", "status 500"), (target.Place, target.Where, target.Failure));
        Assert.True(target is { JudgedIsLive: true, JudgeNamed: false, IsWeak: false, RequestIncomplete: null, EvidenceIncomplete: null });
    }

    [Fact]
    public void Read_OriginRecorded_IsNotLiveUnlessALiveHopIsNamed()
    {
        ReplayPlan plan = Plan();

        Assert.False(Read(plan, ["web"]).JudgedIsLive);
        ReplayTarget named = Read(plan, ["web"], judge: "web");
        Assert.Equal((TargetPlace.Entry, true, true, "status 502"), (named.Place, named.JudgeNamed, named.JudgedIsLive, named.Failure));
    }

    [Fact]
    public void Read_HealthyHopNamed_HasATargetOnlyWithAnAssertion()
    {
        ReplayPlan plan = Plan();

        Assert.Equal(TargetPlace.Nowhere, Read(plan, ["stock"], judge: "stock").Place);
        Assert.Equal(TargetPlace.Deeper, Read(plan, ["stock"], judge: "stock", assertion: AssertionTests.Total("1", "2")).Place);
    }

    [Theory]
    [InlineData("UT", true, true)]
    [InlineData("UT", false, false)]
    [InlineData("UF", true, false)]
    public void Read_AnswerOfTheMesh_IsPlayedOnlyWhenItIsATimeLimit(string flag, bool plays, bool emulated)
    {
        ReplayTarget target = Read(Plan(flag), ["payments"], plays: plays);

        Assert.Equal((true, emulated), (target.MadeByProxy, target.TimeoutEmulated));
    }

    [Theory]
    [InlineData("1", "entry")]
    [InlineData("hop-2", "payments POST /charge #1")]
    [InlineData("stock GET /items #2", "stock GET /items #2")]
    [InlineData("payments", "payments POST /charge #1")]
    [InlineData("stock", null)]
    [InlineData("mail", null)]
    public void Find_Name_MeansOneHopOrNone(string name, string? label)
    {
        Recording recording = Recorded();
        recording.Hop("stock", "GET", "/items", 200, "{}", parent: "hop-1");

        Assert.Equal(label, SandboxChoice.Find(PlanOf(recording), name)?.Label);
    }

    private static Recording Recorded(string? flag = null)
    {
        Recording recording = new();
        recording.Hop("web", "POST", "/checkout", 502, "bad", source: "client");
        recording.Origin = recording.Hop("payments", "POST", "/charge", 500, Cause, parent: "hop-1", change: exchange => flag is null ? exchange : exchange with { ResponseCodeDetails = null, ResponseFlags = [flag] });
        recording.Hop("stock", "GET", "/items", 200, "{}", parent: "hop-1");
        return recording;
    }

    private static ReplayPlan Plan(string? flag = null) => PlanOf(Recorded(flag));

    private static ReplayPlan PlanOf(Recording recording) => ((PlanResult.Planned)ReplayPlanner.Plan(recording.Detail, recording.Exchanges, null)).Plan;

    private static ReplayTarget Read(ReplayPlan plan, string[] live, string? judge = null, bool plays = false, AssertionTarget? assertion = null)
    {
        SandboxChoice choice = new() { Plan = plan, LiveServices = live.ToHashSet(), Named = judge is null ? null : SandboxChoice.Find(plan, judge)!, PlaysTimeouts = plays, Assertion = assertion };
        return TargetReader.Read(choice, Answer(plan.EntryAnswer), Answer(choice.Judged?.Answer));
    }

    private static Message? Answer(Exchange? exchange) => exchange?.Response is { } response ? new Message(response, Encoding.UTF8.GetBytes(Cause)) : null;
}
