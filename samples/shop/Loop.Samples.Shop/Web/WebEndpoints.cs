using System.Globalization;
using Loop.Samples.Shop.Propagation;

namespace Loop.Samples.Shop.Web;

/// <summary>The entry of the shop.</summary>
internal static class WebEndpoints
{
    private static readonly string[] Products = ["tea", "kettle", "mug", "tent", "lantern"];

    public static void MapWeb(this WebApplication application)
    {
        application.MapGet("/products", () => Products);

        application.MapPost("/suggestions", async (Basket basket, ShopClient shop, CancellationToken cancellationToken) =>
            await shop.PostAsync<object, Suggestions>("recommendations", "/recommendations", new { basket.Customer, Basket = basket.Products }, cancellationToken));

        application.MapPost("/checkout", async (Order order, ShopClient shop, CancellationToken cancellationToken) =>
        {
            decimal amount = order.Lines.Sum(line => line.Quantity * decimal.Parse(line.Price, CultureInfo.InvariantCulture));
            object charge = new { order.Customer, order.Currency, Amount = amount.ToString(CultureInfo.InvariantCulture) };
            PaidCharge paid = await shop.PostAsync<object, PaidCharge>("payments", "/charge", charge, cancellationToken);
            return new Confirmation(order.Customer, order.Lines.Sum(line => line.Quantity), paid.Currency, paid.ChargedMinorUnits);
        });
    }
}

/// <summary>What a customer looks at.</summary>
internal sealed record Basket(string Customer, IReadOnlyList<string> Products);

/// <summary>What could go with it.</summary>
internal sealed record Suggestions(IReadOnlyList<string> Products);

/// <summary>What a customer buys.</summary>
internal sealed record Order(string Customer, string Currency, IReadOnlyList<OrderLine> Lines);

/// <summary>One product of an order; the price is text, so that 12.50 stays 12.50.</summary>
internal sealed record OrderLine(string Product, string Price, int Quantity);

/// <summary>The answer of payments as this service reads it.</summary>
internal sealed record PaidCharge(string Currency, long ChargedMinorUnits);

/// <summary>What the customer sees.</summary>
internal sealed record Confirmation(string Customer, int Pieces, string Currency, long ChargedMinorUnits);
