using Loop.Contracts.Exchanges;
using Xunit;

namespace Loop.Contracts.Tests;

/// <summary>Which requests are of one route.</summary>
public sealed class EntryRouteTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("", "/")]
    [InlineData("*", "*")]
    [InlineData("/orders", "/orders")]
    [InlineData("/orders/", "/orders/")]
    [InlineData("/orders?page=2&size=10", "/orders")]
    [InlineData("/orders/17", "/orders/{id}")]
    [InlineData("/orders/17/items/3#top", "/orders/{id}/items/{id}")]
    [InlineData("/orders/550e8400-e29b-41d4-a716-446655440000", "/orders/{id}")]
    [InlineData("/orders/550E8400E29B41D4A716446655440000/lines", "/orders/{id}/lines")]
    [InlineData("/commits/7f3a9c1b", "/commits/{id}")]
    [InlineData("/commits/7f3a9c1", "/commits/7f3a9c1")]
    [InlineData("/items/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/items/{id}")]
    [InlineData("/days/2026-11-27", "/days/{id}")]
    [InlineData("/users/me@example.org", "/users/{id}")]
    [InlineData("/users/me%40example.org", "/users/{id}")]
    [InlineData("/orders/ord_7f3a9c1b", "/orders/ord_{id}")]
    [InlineData("/files/invoice-2041.pdf", "/files/invoice-{id}.pdf")]
    [InlineData("/files/readme.txt", "/files/readme.txt")]
    [InlineData("/cart;jsessionid=7f3a9c1b/items", "/cart/items")]
    [InlineData("/api/v1/products", "/api/v1/products")]
    [InlineData("/test.Orders/FailInTrailers", "/test.Orders/FailInTrailers")]
    [InlineData("/recommendations", "/recommendations")]
    public void Generalise_Path_KeepsWhatNamesTheKindOfThing(string path, string expected)
    {
        Assert.Equal(expected, RoutePath.Generalise(path));
        Assert.Equal(expected, RoutePath.Generalise(expected));
    }

    [Fact]
    public void Of_RequestsForOneKindOfThing_IsOneRoute() =>
        Assert.Equal(EntryRoute.Of(Sketch("/orders/17?x=1")), EntryRoute.Of(Sketch("/orders/18")));

    [Fact]
    public void Of_OtherMethodServiceOrView_IsAnotherRoute()
    {
        EntryRoute route = EntryRoute.Of(Sketch("/orders/17"))!;
        Assert.Equal("web/server GET /orders/{id}", route.ToString());
        Assert.False(route.Fits(Sketch("/orders/17", method: "PUT")));
        Assert.False(route.Fits(Sketch("/orders/17") with { Service = "admin" }));
        Assert.False(route.Fits(Sketch("/orders/17") with { View = ExchangeView.Client }));
        Assert.Null(EntryRoute.Of(Sketch("/") with { Request = null }));
    }

    [Fact]
    public void Of_AnEdge_TellsSitesApartAndOthersDoNot()
    {
        Exchange shop = Sketch("/", authority: "Shop.example") with { View = ExchangeView.Edge };
        Exchange blog = Sketch("/", authority: "blog.example") with { View = ExchangeView.Edge };
        Assert.Equal("web/edge GET shop.example/", EntryRoute.Of(shop)!.ToString());
        Assert.NotEqual(EntryRoute.Of(shop), EntryRoute.Of(blog));
        Assert.Equal(EntryRoute.Of(shop with { View = ExchangeView.Server }), EntryRoute.Of(blog with { View = ExchangeView.Server }));
    }

    private static Exchange Sketch(string path, string method = "GET", string authority = "web") => new()
    {
        Id = new ExchangeId("node", 1, 1),
        Input = CaptureInput.ExternalProcessor,
        View = ExchangeView.Server,
        Service = "web",
        Instance = "web-1",
        StartedAt = DateTimeOffset.UnixEpoch,
        End = ExchangeEnd.Complete,
        Request = new HttpMessagePart { Headers = [new(":method", method), new(":path", path), new(":authority", authority)], Body = BodyInfo.Empty },
    };
}
