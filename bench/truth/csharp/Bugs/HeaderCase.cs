namespace Loop.TruthBench.Csharp.Bugs;

/// <summary>Header names have no case; a dictionary of them has. Proxies write them in small letters.</summary>
internal static class HeaderCase
{
    public static async Task<object?> Serve(BugRequest request)
    {
        var price = await request.Call("prices", "/prices/soap");
        Dictionary<string, string> headers = new(request.IsFixed ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (var header in request.Http.Headers)
            headers[header.Key] = header.Value.ToString();
        if (request.IsDecoy)
            throw new FormatException("the tenant's contract ended");
        string tenant = request.Query("tenant") is { Length: > 0 } named ? named : headers["X-Tenant"];
        return $"{tenant} pays {price["price"]}";
    }
}
