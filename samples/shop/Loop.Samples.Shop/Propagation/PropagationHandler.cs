namespace Loop.Samples.Shop.Propagation;

/// <summary>
/// Copies the trace headers of the request that is being served to the calls that it makes. A proxy can give a request
/// its ids, but only the application knows which of its calls belong to which request.
/// </summary>
internal sealed class PropagationHandler(IHttpContextAccessor current) : DelegatingHandler
{
    private static readonly string[] Headers =
        ["traceparent", "tracestate", "baggage", "x-request-id", "b3", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags"];

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (current.HttpContext is { } context)
        {
            foreach (string name in Headers)
            {
                if (context.Request.Headers.TryGetValue(name, out var values))
                    request.Headers.TryAddWithoutValidation(name, [.. values]);
            }
        }

        return base.SendAsync(request, cancellationToken);
    }
}
