using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests.Verdicts;

public sealed class StrictIdentityTests
{
    private const string Position = "web POST /checkout #1 / payments POST /charge #1";
    private const string Body = """{"error":{"code":"E7","message":"card is null"},"at":"10:00","items":[1,2]}""";
    private static readonly StrictIdentity Recorded = Identity(500, Body);

    [Theory]
    [InlineData(500, Body, "application/json", Sight.Same)]
    [InlineData(500, """{"items":[1,2],"at":"10:00","error":{"message":"card is null","code":"E7"}}""", "application/json", Sight.Same)]
    [InlineData(500, """{"error":{"code":"E7","message":"card is null"},"at":"10:00","items":[2,1]}""", "application/json", Sight.OtherIdentity)]
    [InlineData(500, """{"error":{"code":"E7","message":"card is null"},"at":"10:01","items":[1,2]}""", "application/json", Sight.OtherIdentity)]
    [InlineData(500, Body, "application/problem+json", Sight.OtherIdentity)]
    [InlineData(502, Body, "application/json", Sight.OtherEnd)]
    [InlineData(404, Body, "application/json", Sight.OtherEnd)]
    [InlineData(200, Body, "application/json", Sight.Healthy)]
    public void Compare_Answer_GivesItsSight(int status, string body, string contentType, Sight sight) =>
        Assert.Equal(sight, IdentityComparison.Of(Recorded, Identity(status, body, contentType), IdentityMask.None).Sight);

    [Fact]
    public void Compare_OtherPosition_IsNotTheSameFailure() =>
        Assert.Equal(Sight.OtherEnd, IdentityComparison.Of(Recorded, Recorded with { Position = "payments POST /charge #2" }, IdentityMask.None).Sight);

    [Fact]
    public void Compare_OtherPartyOrFlagsOrCalls_IsSaid()
    {
        StrictIdentity broken = Recorded with { End = EndKind.ResetMidBody, BrokenOffBy = BrokenOffBy.Upstream, Flags = ["UR"] };
        IdentityComparison seen = IdentityComparison.Of(broken, broken with { BrokenOffBy = BrokenOffBy.Unknown, EarlierCalls = ["stock GET / #1 → 200"] }, IdentityMask.None);

        Assert.Equal((Sight.Same, false, false), (seen.Sight, seen.SameParty, seen.EarlierCallsEqual));
        Assert.Equal(Sight.OtherEnd, IdentityComparison.Of(broken, broken with { Flags = ["UC"] }, IdentityMask.None).Sight);
        Assert.Equal(Sight.Same, IdentityComparison.Of(broken, broken with { Flags = [] }, IdentityMask.None).Sight);
    }

    [Fact]
    public void Mask_OverNoise_HidesTheValueButNotItsPresenceOrType()
    {
        IdentityMask mask = IdentityMask.Over(RunMask.None, ["body $.at"]);

        Assert.Equal(Sight.Same, Masked(Body.Replace("10:00", "11:11", StringComparison.Ordinal)));
        Assert.Equal(Sight.OtherIdentity, Masked(Body.Replace("\"10:00\"", "10", StringComparison.Ordinal)));
        Assert.Equal(Sight.OtherIdentity, Masked(Body.Replace("\"at\":\"10:00\",", "", StringComparison.Ordinal)));
        Assert.Equal(0.2, IdentityComparison.Of(Recorded, Recorded, mask).MaskedShare);

        Sight Masked(string body) => IdentityComparison.Of(Recorded, Identity(500, body), mask).Sight;
    }

    [Theory]
    [InlineData("body $.error.code", "E7", "E8")]
    [InlineData("body $.error.message", "card", "disk")]
    public void Mask_OverACause_IsRefused(string place, string before, string after)
    {
        IdentityMask mask = IdentityMask.Over(RunMask.None, [place]);

        Assert.Equal([place], mask.Refused);
        Assert.Equal(Sight.OtherIdentity, IdentityComparison.Of(Recorded, Identity(500, Body.Replace(before, after, StringComparison.Ordinal)), mask).Sight);
    }

    [Theory]
    [InlineData("status", true)]
    [InlineData("body", true)]
    [InlineData("body line 3", true)]
    [InlineData("body $.errors[0].detail", true)]
    [InlineData("body $.stack_trace[0]", true)]
    [InlineData("body $['exception class'].type", true)]
    [InlineData("body $.requestedAt", false)]
    [InlineData("body $.items[3].price", false)]
    public void IsCause_Place_IsKnown(string place, bool cause) => Assert.Equal(cause, CauseFields.IsCause(place));

    [Fact]
    public void Of_EmptyBody_IsWeak() => Assert.True(Identity(500, "").IsWeak && !Recorded.IsWeak);

    private static StrictIdentity Identity(int status, string body, string contentType = "application/json")
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        Exchange exchange = new Recording().Exchange(1, "payments", ExchangeView.Server, "POST", "/charge", status, body, contentType: contentType);
        return StrictIdentity.Of(Position, exchange, new Message(exchange.Response!, bytes), []);
    }
}
