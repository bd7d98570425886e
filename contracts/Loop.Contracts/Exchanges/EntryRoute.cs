namespace Loop.Contracts.Exchanges;

/// <summary>
/// The way by which a request enters: requests of one route ask for the same kind of thing. Node and store compute it from the same exchange, so that they
/// mean the same by it.
/// </summary>
/// <param name="View">Which side the first proxy stood on.</param>
/// <param name="Service">Service beside that proxy; empty when its source did not say.</param>
/// <param name="Authority">Authority of the request at an edge, behind which there may be many sites; empty elsewhere, where it only says how the caller finds the service.</param>
/// <param name="Method">Method.</param>
/// <param name="Path">Path without query, id-like segments generalised (<see cref="RoutePath"/>).</param>
public sealed record EntryRoute(ExchangeView View, string Service, string Authority, string Method, string Path)
{
    /// <summary>The route of an entry's exchange; null without a request.</summary>
    public static EntryRoute? Of(Exchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        if (exchange.Method() is not { } method || exchange.Path() is not { } path)
            return null;
        string authority = exchange.View is ExchangeView.Edge ? (exchange.Authority() ?? "").ToLowerInvariant() : "";
        return new EntryRoute(exchange.View, exchange.Service ?? "", authority, method, RoutePath.Generalise(path));
    }

    /// <summary>True when the exchange entered by this route.</summary>
    public bool Fits(Exchange exchange) => Of(exchange) == this;

    /// <summary>One line, different for different routes: <c>web/server GET /orders/{id}</c>.</summary>
    public override string ToString() => $"{(Service.Length == 0 ? "unknown" : Service)}/{View.ToString().ToLowerInvariant()} {Method} {Authority}{Path}";
}
