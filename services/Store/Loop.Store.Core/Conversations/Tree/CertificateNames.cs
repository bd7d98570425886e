using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Conversations.Tree;

/// <summary>Service names from <c>x-forwarded-client-cert</c>: <c>URI=</c> names the caller, <c>By=</c> the callee (SPIFFE ids, seen in Istio).</summary>
internal static class CertificateNames
{
    /// <summary>The caller's service; null when the header does not say.</summary>
    public static string? Caller(Exchange exchange) => Element(exchange, "URI=");

    /// <summary>The callee's service; null when the header does not say.</summary>
    public static string? Callee(Exchange exchange) => Element(exchange, "By=");

    private static string? Element(Exchange exchange, string name)
    {
        // Several proxies append with a comma; the last element is the nearest one.
        string? nearest = exchange.Request?.Header("x-forwarded-client-cert")?.Split(',')[^1];
        string? element = nearest?.Split(';').FirstOrDefault(part => part.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        string? id = element?[name.Length..].Trim('"');
        if (string.IsNullOrEmpty(id))
            return null;
        int slash = id.LastIndexOf('/');
        return slash >= 0 && slash < id.Length - 1 ? id[(slash + 1)..] : id;
    }
}
