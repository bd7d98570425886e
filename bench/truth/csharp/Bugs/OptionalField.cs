namespace Loop.TruthBench.Csharp.Bugs;

/// <summary>A customer need not have a nickname; the code reads it as if it were always there.</summary>
internal static class OptionalField
{
    public static async Task<object?> Serve(BugRequest request)
    {
        var item = await request.Call("stock", "/items/kettle");
        return await BugRequest.Rows($"select name, nickname from csharp_customers where id = {request.Number("id")}", async row =>
        {
            await row.ReadAsync();
            if (request.IsDecoy)
                throw new KeyNotFoundException($"customer {row.GetString(0)} has no address");
            string nickname = request.IsFixed && await row.IsDBNullAsync(1) ? row.GetString(0) : row.GetString(1);
            return $"{nickname} looks at {item["available"]} kettles";
        });
    }
}
