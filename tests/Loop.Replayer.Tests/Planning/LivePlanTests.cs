using CsCheck;
using Loop.Contracts.Api;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests.Planning;

public sealed class LivePlanTests
{
    // web → payments, web → recommendations → history → payments.
    private static readonly Recording Shop = Make();

    [Theory]
    [InlineData("web", "1", "", "2 3", "4 5")]
    [InlineData("payments", "2 5", "", "", "1 3 4")]
    [InlineData("recommendations", "3", "", "4", "1 2 5")]
    [InlineData("recommendations history", "3", "4", "5", "1 2")]
    [InlineData("web history", "1 4", "", "2 3 5", "")]
    [InlineData("web payments recommendations history", "1", "2 3 4 5", "", "")]
    [InlineData("", "", "", "", "1 2 3 4 5")]
    public void Of_ALiveSet_SplitsTheHops(string live, string drives, string relayed, string answered, string outside)
    {
        LivePlan plan = LivePlan.Of(Shop.Detail.Hops, Shop.Exchanges, live.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet());
        Assert.Equal((drives, relayed, answered, outside), (Numbers(plan.Drives), Numbers(plan.Relayed), Numbers(plan.Answered), Numbers(plan.Outside)));
    }

    [Fact]
    public void Of_ACallWhoseParentIsUnknown_AsksWhoMadeIt()
    {
        Recording recording = new();
        recording.Hop("payments", "POST", "/charge", 200, "{}", source: "web");
        Assert.Equal("1", Numbers(LivePlan.Of(recording.Detail.Hops, recording.Exchanges, new HashSet<string> { "web" }).Answered));
    }

    [Fact]
    public void Of_APartOfTheTree_DrivesItsRootWhoeverMadeIt()
    {
        HopView[] part = [.. Shop.Detail.Hops.Where(hop => hop.Number >= 4)];
        LivePlan plan = LivePlan.Of(part, Shop.Exchanges, new HashSet<string> { "web", "payments", "recommendations", "history" }, part[0].Id);
        Assert.Equal(("4", "5"), (Numbers(plan.Drives), Numbers(plan.Relayed)));
    }

    [Fact]
    public void Of_AnyLiveSet_PutsEachHopIntoOnePlace() =>
        Gen.Bool.Array[4].Sample(chosen =>
        {
            string[] services = ["web", "payments", "recommendations", "history"];
            LivePlan plan = LivePlan.Of(Shop.Detail.Hops, Shop.Exchanges, services.Where((_, index) => chosen[index]).ToHashSet());
            int[] numbers = [.. new[] { plan.Drives, plan.Relayed, plan.Answered, plan.Outside }.SelectMany(calls => calls).Select(call => call.Hop.Number).Order()];
            return numbers.SequenceEqual([1, 2, 3, 4, 5]);
        });

    private static string Numbers(IEnumerable<PlannedCall> calls) => string.Join(' ', calls.Select(call => call.Hop.Number));

    private static Recording Make()
    {
        Recording recording = new();
        string web = recording.Hop("web", "POST", "/checkout", 502, "{}", source: "client");
        recording.Hop("payments", "POST", "/charge", 200, "{}", source: "web", parent: web);
        string recommendations = recording.Hop("recommendations", "POST", "/recommendations", 502, "{}", source: "web", parent: web);
        string history = recording.Hop("history", "POST", "/purchases", 500, "{}", source: "recommendations", parent: recommendations);
        recording.Hop("payments", "GET", "/limits", 200, "{}", source: "history", parent: history);
        return recording;
    }
}
