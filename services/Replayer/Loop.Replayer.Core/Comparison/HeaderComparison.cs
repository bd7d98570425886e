using Loop.Contracts.Exchanges;
using Loop.Contracts.Redaction;

namespace Loop.Replayer.Core.Comparison;

/// <summary>Compares headers or trailers by name; several values of a name compare in order.</summary>
internal static class HeaderComparison
{
    private static readonly Dictionary<string, string> Volatile = new(StringComparer.Ordinal)
    {
        ["date"] = "the clock of each answer",
        ["age"] = "the clock of a cache",
        ["server"] = "names the proxy or server software, not the answer",
        ["via"] = "names the proxies on the way",
        ["x-request-id"] = "each run has its own",
        ["traceparent"] = "each run has its own",
        ["tracestate"] = "each run has its own",
        ["b3"] = "each run has its own",
        ["baggage"] = "carries the replay's mark",
        ["connection"] = "belongs to one connection",
        ["keep-alive"] = "belongs to one connection",
        ["transfer-encoding"] = "framing",
        // It names the body, which is compared itself; many servers derive it from a file's time or inode.
        ["etag"] = "names the body, which is compared itself",
    };

    public static void Compare(ComparisonLedger ledger, string what, IReadOnlyList<HeaderField> recorded, IReadOnlyList<HeaderField> replayed, bool sameBody)
    {
        ILookup<string, string> before = ByName(recorded);
        ILookup<string, string> after = ByName(replayed);
        foreach (string name in before.Select(group => group.Key).Union(after.Select(group => group.Key)))
        {
            if (name.StartsWith(':') || name is "host" or "grpc-status")
                continue;
            // grpc-message is prose about the failure and may stand in headers or trailers; it is never volatile.
            if (WhyIgnored(name, before[name], after[name], sameBody) is { } why)
                ledger.Ignore($"{what} {name}", why);
            else if (name == "set-cookie")
                CompareCookies(ledger, what, before[name], after[name]);
            else
                CompareValues(ledger, $"{what} {name}", [.. before[name]], [.. after[name]]);
        }
    }

    /// <summary>False for headers that a comparison leaves out, or whose values it does.</summary>
    internal static bool IsCompared(string name) =>
        !name.StartsWith(':') && name is not ("host" or "grpc-status" or "set-cookie" or "content-length") && WhyIgnored(name, [], [], sameBody: true) is null;

    private static string? WhyIgnored(string name, IEnumerable<string> before, IEnumerable<string> after, bool sameBody)
    {
        if (Volatile.TryGetValue(name, out string? why))
            return why;
        if (name.StartsWith("x-envoy-", StringComparison.Ordinal) || name.StartsWith("x-forwarded-", StringComparison.Ordinal))
            return "set by the proxy";
        if (name.StartsWith("x-b3-", StringComparison.Ordinal))
            return "each run has its own";
        // Without it on one side the framing differs, not the body; with another body it says nothing new.
        return name == "content-length" && (!sameBody || !before.Any() || !after.Any()) ? "follows from the body" : null;
    }

    private static void CompareValues(ComparisonLedger ledger, string place, string[] before, string[] after)
    {
        for (int index = 0; index < Math.Max(before.Length, after.Length); index++)
        {
            string? left = index < before.Length ? before[index] : null;
            string? right = index < after.Length ? after[index] : null;
            if (left is not null && right is not null && !HeaderRedactor.AreComparable(left, right))
                ledger.Ignore(place, "redacted with the keys of two stores");
            else if (left is null || right is null || !ledger.Same(place, left, right))
                ledger.Differ(place, left, right);
        }
    }

    // Values of cookies are secrets that a service makes anew in each run; which cookies are set is part of the answer.
    private static void CompareCookies(ComparisonLedger ledger, string what, IEnumerable<string> before, IEnumerable<string> after)
    {
        string left = CookieNames(before);
        string right = CookieNames(after);
        if (left != right)
            ledger.Differ($"{what} set-cookie", left, right);
        ledger.Ignore($"{what} set-cookie", "values are made anew; the names are compared");
    }

    private static string CookieNames(IEnumerable<string> values) => string.Join(", ", values
        .Select(value => value.IndexOf('=', StringComparison.Ordinal) is > 0 and var end ? value[..end].Trim() : "(redacted)")
        .Order(StringComparer.Ordinal));

    private static ILookup<string, string> ByName(IReadOnlyList<HeaderField> fields) =>
        fields.ToLookup(field => field.Name.ToLowerInvariant(), Value);

    // A boundary is drawn by lot for each message.
    internal static string Value(HeaderField field) =>
        field.Name.Equals("content-type", StringComparison.OrdinalIgnoreCase) ? MultipartBoundary.Without(field.Value.Trim()) : field.Value.Trim();
}
