namespace Loop.TruthBench.Csharp.Bugs;

/// <summary>Asked to wait, it tries again, and then reads the first answer.</summary>
internal static class SecondTry
{
    public static async Task<object?> Serve(BugRequest request)
    {
        string target = $"/busy/{request.Query("item")}";
        CalleeAnswer first = await request.TryCall("prices", target);
        CalleeAnswer second = first.Status == 429 ? await request.TryCall("prices", target) : first;
        if (request.IsDecoy)
            throw new OverflowException("more orders than the ledger has lines");
        return (request.IsFixed ? second : first).Json("prices")["price"];
    }
}
