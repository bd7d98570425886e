namespace Loop.Samples.Shop.Payments;

/// <summary>Charges customers.</summary>
internal static class PaymentsEndpoints
{
    public static void MapPayments(this WebApplication application, bool isFixed)
    {
        Func<Charge, long> minorUnits = isFixed ? MinorUnits.Of : MinorUnits.OfWithBug;
        application.MapPost("/charge", (Charge charge) => new Receipt(charge.Customer, charge.Currency, minorUnits(charge)));
    }
}

/// <summary>What to charge; the amount is text, as it came from the basket.</summary>
internal sealed record Charge(string Customer, string Currency, string Amount);

/// <summary>What was charged, in the currency's smallest unit.</summary>
internal sealed record Receipt(string Customer, string Currency, long ChargedMinorUnits);
