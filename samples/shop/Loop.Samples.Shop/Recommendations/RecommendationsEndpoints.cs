using Loop.Samples.Shop.Propagation;

namespace Loop.Samples.Shop.Recommendations;

/// <summary>Says what goes with a basket.</summary>
internal static class RecommendationsEndpoints
{
    private static readonly Dictionary<string, string[]> GoesWith = new()
    {
        ["tea"] = ["kettle", "mug"],
        ["kettle"] = ["tea", "mug"],
        ["tent"] = ["lantern"],
    };

    public static void MapRecommendations(this WebApplication application) =>
        application.MapPost("/recommendations", async (RecommendationQuestion question, ShopClient shop, CancellationToken cancellationToken) =>
        {
            // What is asked of history is not in the question: only a recording of this call shows it.
            string[] products = [.. question.Basket.SelectMany(product => GoesWith.GetValueOrDefault(product) ?? []).Distinct()];
            var purchases = await shop.PostAsync<object, PurchasesOfHistory>("history", "/purchases", new { products }, cancellationToken);
            return new RecommendationAnswer(question.Customer, [.. purchases.Purchases.OrderBy(p => p.RemindOn).Select(p => p.Product).Distinct()]);
        });
}

/// <summary>A customer and what lies in the basket.</summary>
internal sealed record RecommendationQuestion(string Customer, IReadOnlyList<string> Basket);

/// <summary>What could go with it.</summary>
internal sealed record RecommendationAnswer(string Customer, IReadOnlyList<string> Products);

/// <summary>History's answer as this service reads it: services share no code.</summary>
internal sealed record PurchasesOfHistory(IReadOnlyList<PurchaseOfHistory> Purchases);

/// <summary>One line of it.</summary>
internal sealed record PurchaseOfHistory(string Product, DateOnly RemindOn);
