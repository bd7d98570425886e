using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Links;
using Loop.Replayer.Tests.Comparison;

namespace Loop.Replayer.Tests.Links;

public sealed class RecordedLinksTests
{
    [Fact]
    public void Id_BornInAnAnswer_IsLinkedToItsUses()
    {
        ValueLink link = Assert.Single(Talk.Paying().Links.Links);
        Assert.Equal(Talk.Recorded, link.Value);
        Assert.Equal([("create", "header location"), ("create", "body $.id")], link.Births.Select(place => (place.HopId, place.Place)));
        Assert.Equal(
            [("pay", "path[1]"), ("pay", "query.order"), ("pay", "body $.orderId"), ("pay", "body $.order"), ("entry", "body $.order")], link.Uses.Select(place => (place.HopId, place.Place)));
    }

    [Fact]
    public void Id_BornInARequest_IsLinked()
    {
        RecordedLinks links = new Talk()
            .Request("entry", "client", "web", Bodies.Request("POST shop /checkout", "{}"), isInput: true)
            .Request("pay", "web", "payments", Bodies.Request("POST payments /pay", """{"paymentKey":"1f3c9a70-7a8b-4f0e-8d5c-0123456789ab"}"""))
            .Answer("pay", "web", "payments", Bodies.Json("""{"key":"1f3c9a70-7a8b-4f0e-8d5c-0123456789ab"}""")).Links;
        ValueLink link = Assert.Single(links.Links);
        Assert.Equal((LinkSide.Request, "body $.paymentKey"), (link.Births.Single().Side, link.Births.Single().Place));
    }

    [Theory]
    [InlineData(Talk.Recorded)]
    [InlineData("10000000017")]
    public void Value_ThatCameInFromOutside_IsNotLinked(string id) => Assert.Empty(Talk.Paying(id, $$"""{"account":"{{id}}"}""").Links.Links);

    [Fact]
    public void Value_ThatAnotherServiceSaysByItself_IsAProposal()
    {
        RecordedLinks links = new Talk()
            .Request("entry", "client", "web", Bodies.Request("POST shop /checkout", "{}"), isInput: true)
            .Answer("create", "web", "orders", Bodies.Json("""{"sku":"SKU-00001234"}"""))
            .Answer("stock", "web", "stock", Bodies.Json("""{"sku":"SKU-00001234"}""")).Links;
        Assert.Empty(links.Links);
        Assert.Contains("had not heard it", Assert.Single(links.Proposals).Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("17", "orderId", "order_id", true)]
    [InlineData("17", "orderId", "cartId", false)]
    [InlineData("17", "quantity", "quantity", false)]
    [InlineData("paid", "orderId", "orderId", false)]
    public void ShortValue_IsLinkedUnderOneNameOfAnIdAlone(string value, string born, string used, bool linked)
    {
        RecordedLinks links = new Talk()
            .Request("entry", "client", "web", Bodies.Request("POST shop /checkout", "{}"), isInput: true)
            .Answer("create", "web", "orders", Bodies.Json($$"""{"{{born}}":"{{value}}"}"""))
            .Request("pay", "web", "payments", Bodies.Request("POST payments /pay", $$"""{"{{used}}":"{{value}}"}""")).Links;
        Assert.Equal(linked, links.Links.Count == 1);
        Assert.Equal(!linked && born != used, links.Proposals.Count == 1);
    }

    [Theory]
    [InlineData("2026-11-01T12:00:00Z")]
    [InlineData("12345678.90")]
    [InlineData("payment declined by bank 17")]
    [InlineData("CardDeclined")]
    [InlineData("10000000")]
    public void Value_ThatNobodyMakesAnew_IsNotLinked(string value)
    {
        RecordedLinks links = new Talk()
            .Answer("create", "web", "orders", Bodies.Json($$"""{"amount":"{{value}}"}"""))
            .Request("pay", "web", "payments", Bodies.Request("POST payments /pay", $$"""{"amount":"{{value}}"}""")).Links;
        Assert.Empty(links.Links);
    }

    [Fact]
    public void Cookie_BornInAnAnswer_IsLinkedToItsUse()
    {
        RecordedLinks links = new Talk()
            .Request("login", "web", "auth", Bodies.Request("POST auth /login", "{}"))
            .Answer("login", "web", "auth", Bodies.Json("{}", new HeaderField("set-cookie", "sid=loop:k1:AAAAAAAAAAAAAAAAAAAAA1; Path=/; HttpOnly")))
            .Request("me", "web", "auth", Bodies.Request("GET auth /me", "", "application/json", new HeaderField("cookie", "theme=dark; sid=loop:k1:AAAAAAAAAAAAAAAAAAAAA1"))).Links;
        ValueLink link = Assert.Single(links.Links);
        Assert.Equal(("header set-cookie.sid", "header cookie.sid"), (link.Births.Single().Place, link.Uses.Single().Place));
    }
}
