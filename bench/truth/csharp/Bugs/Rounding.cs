using System.Globalization;

namespace Loop.TruthBench.Csharp.Bugs;

/// <summary>Money as double: the rounded sum of the lines is not the sum of the rounded lines.</summary>
internal static class Rounding
{
    public static async Task<object?> Serve(BugRequest request)
    {
        var price = await request.Call("prices", $"/prices/{request.Query("item")}");
        string text = price["price"]!.GetValue<string>();
        if (request.IsDecoy)
            throw new NotSupportedException($"no price list for {price["currency"]}");
        if (request.IsFixed)
            return Math.Round(decimal.Parse(text, CultureInfo.InvariantCulture), 2, MidpointRounding.AwayFromZero) * 3;
        double one = double.Parse(text, CultureInfo.InvariantCulture);
        double lines = Math.Round(one, 2, MidpointRounding.AwayFromZero) * 3;
        double total = Math.Round(one * 3, 2, MidpointRounding.AwayFromZero);
        return Math.Abs(lines - total) < 0.001 ? total : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"the lines make {lines:0.00}, the order makes {total:0.00}"));
    }
}
