using System.Globalization;
using System.Text.Json;
using Loop.Samples.Shop.Traffic;

namespace Loop.LoadLab.Size;

/// <summary>What the shop's customers send: as the demo does, and with baskets as shops have them.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Requests">In order; the same at each run.</param>
internal sealed record ShopTraffic(string Name, IReadOnlyList<PlannedRequest> Requests)
{
    private static readonly string[] Kinds = ["kettle", "mug", "lantern", "blanket", "backpack", "stove", "lamp", "chair", "table", "bottle", "knife", "rope", "compass", "jacket", "gloves", "scarf"];
    private static readonly string[] Looks = ["blue", "green", "steel", "wooden", "folding", "large", "small", "light", "warm", "waterproof", "double", "classic"];

    /// <summary>The demo's requests: bodies of a few dozen bytes.</summary>
    public static ShopTraffic Demo(int conversations) =>
        new("bodies of the demo", [.. PlannedRequest.Plan(conversations * 20)]);

    /// <summary>Baskets of products, each with its number, name and price; half of them meet the bug of suggestions, half that of payments.</summary>
    public static ShopTraffic Baskets(int conversations, int fewest, int most)
    {
        var random = new Random(20261123);
        return new($"baskets of {fewest} to {most} products", [.. Enumerable.Range(0, conversations).SelectMany(number => (PlannedRequest[])[
            Suggestions(Products(random, fewest, most), number, fails: false),
            number % 2 == 0 ? Suggestions(Products(random, fewest, most), number, fails: true) : Checkout(random, Products(random, fewest, most), number),
        ])]);
    }

    private static PlannedRequest Suggestions(IEnumerable<Product> basket, int number, bool fails)
    {
        string[] products = [.. basket.Select(product => $"{product.Sku} {product.Name}"), fails ? "tent" : "tea"];
        return new("/suggestions", JsonSerializer.Serialize(new { customer = Customer(number), products }), fails, 3);
    }

    private static PlannedRequest Checkout(Random random, IEnumerable<Product> basket, int number)
    {
        object[] lines = [.. basket.Select(product => new
        {
            product = product.Name,
            sku = product.Sku,
            price = product.Price.ToString(CultureInfo.InvariantCulture),
            quantity = random.Next(1, 5),
        })];
        return new("/checkout", JsonSerializer.Serialize(new { customer = Customer(number), currency = "JPY", lines }), true, 2);
    }

    private static IEnumerable<Product> Products(Random random, int fewest, int most) => Enumerable.Range(0, random.Next(fewest, most + 1)).Select(_ => new Product(
        string.Create(CultureInfo.InvariantCulture, $"{random.Next(10, 99)}-{random.Next(100_000, 999_999)}"),
        $"{Looks[random.Next(Looks.Length)]} {Looks[random.Next(Looks.Length)]} {Kinds[random.Next(Kinds.Length)]}",
        random.Next(100, 90_000)));

    private static string Customer(int number) => string.Create(CultureInfo.InvariantCulture, $"customer-{number * 7919 % 100_000:d5}");

    private sealed record Product(string Sku, string Name, int Price);
}
