using System.Globalization;

namespace Loop.Samples.Shop.Payments;

/// <summary>Amounts in the currency's smallest unit: 12.50 EUR are 1250.</summary>
internal static class MinorUnits
{
    private static readonly Dictionary<string, int> DigitsByCurrency = new() { ["EUR"] = 2, ["USD"] = 2, ["GBP"] = 2, ["JPY"] = 0, ["KRW"] = 0, ["KWD"] = 3 };

    /// <summary>Bug: believes that every amount has a point with two digits behind it. "4200" JPY has none.</summary>
    public static long OfWithBug(Charge charge)
    {
        string[] parts = charge.Amount.Split('.');
        return (long.Parse(parts[0], CultureInfo.InvariantCulture) * 100) + long.Parse(parts[1], CultureInfo.InvariantCulture);
    }

    /// <summary>The same with what it needs to know about currencies.</summary>
    public static long Of(Charge charge)
    {
        decimal factor = (decimal)Math.Pow(10, DigitsByCurrency[charge.Currency]);
        return (long)(decimal.Parse(charge.Amount, CultureInfo.InvariantCulture) * factor);
    }
}
