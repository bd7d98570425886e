using System.Globalization;

namespace Loop.TruthBench.Csharp.Bugs;

/// <summary>Since a migration the amount carries its currency; the code still takes it for a number.</summary>
internal static class SchemaChange
{
    public static async Task<object?> Serve(BugRequest request)
    {
        var price = await request.Call("prices", "/prices/lamp");
        string amount = await BugRequest.Rows($"select amount from csharp_payments where id = {request.Number("id")}", async row =>
        {
            await row.ReadAsync();
            return row.GetString(0);
        });
        if (request.IsDecoy)
            throw new UnauthorizedAccessException("payments of closed accounts are not shown");
        string number = request.IsFixed ? amount.Split(' ')[0] : amount;
        return decimal.Parse(number, CultureInfo.InvariantCulture) + decimal.Parse(price["price"]!.GetValue<string>(), CultureInfo.InvariantCulture);
    }
}
