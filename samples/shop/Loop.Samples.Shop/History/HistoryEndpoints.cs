namespace Loop.Samples.Shop.History;

/// <summary>Knows what was bought when.</summary>
internal static class HistoryEndpoints
{
    public static void MapHistory(this WebApplication application, bool isFixed)
    {
        Func<DateOnly, DateOnly> anniversary = isFixed ? Anniversary.Of : Anniversary.OfWithBug;
        application.MapPost("/purchases", (PurchaseQuestion question) =>
            new PurchaseAnswer([.. Purchases.Of(question.Products).Select(purchase => new PurchaseLine(purchase.Id, purchase.Product, anniversary(purchase.BoughtOn)))]));
    }
}

/// <summary>Asks for the purchases of some products.</summary>
internal sealed record PurchaseQuestion(IReadOnlyList<string> Products);

/// <summary>The purchases.</summary>
internal sealed record PurchaseAnswer(IReadOnlyList<PurchaseLine> Purchases);

/// <summary>One purchase and the day on which its buyer is reminded of it.</summary>
internal sealed record PurchaseLine(string Id, string Product, DateOnly RemindOn);
