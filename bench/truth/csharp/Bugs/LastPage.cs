namespace Loop.TruthBench.Csharp.Bugs;

/// <summary>Pages count from 1 and the offset does as if they counted from 0: the last page is empty.</summary>
internal static class LastPage
{
    private const int Size = 2;

    public static async Task<object?> Serve(BugRequest request)
    {
        (var item, var price) = await request.CallBoth(("stock", "/items/tent"), ("prices", "/prices/tent"));
        int page = request.IsFixed ? request.Number("page") - 1 : request.Number("page");
        List<string> names = await BugRequest.Rows($"select name from csharp_orders order by id offset {page * Size} limit {Size}", async row =>
        {
            List<string> read = [];
            while (await row.ReadAsync())
                read.Add(row.GetString(0));
            return read;
        });
        if (request.IsDecoy)
            throw new TimeoutException("the report of orders was not ready in time");
        return $"{names[0]} first, {item["available"]} left at {price["price"]}";
    }
}
