namespace Loop.Samples.Shop.History;

/// <summary>The records; a database in a real shop.</summary>
internal static class Purchases
{
    private static readonly Purchase[] All =
    [
        new("p-1001", "tea", new DateOnly(2024, 1, 14)),
        new("p-1002", "kettle", new DateOnly(2024, 2, 3)),
        new("p-1003", "lantern", new DateOnly(2024, 2, 29)),
        new("p-1004", "mug", new DateOnly(2024, 3, 1)),
        new("p-1005", "tent", new DateOnly(2024, 5, 20)),
        new("p-1006", "tea", new DateOnly(2024, 6, 8)),
    ];

    public static IEnumerable<Purchase> Of(IReadOnlyList<string> products) => All.Where(purchase => products.Contains(purchase.Product));
}

/// <summary>One record.</summary>
internal sealed record Purchase(string Id, string Product, DateOnly BoughtOn);
