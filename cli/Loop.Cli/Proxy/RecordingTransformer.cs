using Loop.Cli.Proxy.Capture;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Loop.Cli.Proxy;

/// <summary>Copies a request and its answer unchanged but for hop-by-hop headers, and tells the recording of heads and trailers as they pass.</summary>
internal sealed class RecordingTransformer(ProxiedExchange exchange, ProxyRoute route, ExchangeRecording recording, UpstreamConnections connections, Action answered) : HttpTransformer
{
    private static readonly UriCreationOptions AsItCame = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.RequestUri = new Uri(route.Prefix + exchange.Target, AsItCame);
        proxyRequest.Headers.Host = httpContext.Request.Host.HasValue ? httpContext.Request.Host.Value : null;
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        bool copies = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        if (proxyResponse is null)
            return copies;
        answered();
        if (proxyResponse.Version.Major >= 2 && connections.OnlyMultiplexed(route.Url.Authority) is { } addresses)
            exchange.Upstream = addresses;
        exchange.Status = (int)proxyResponse.StatusCode;
        exchange.ResponseFields = [new(":status", exchange.Status.ToString()), .. ProxiedExchange.Flatten(httpContext.Response.Headers)];
        recording.ResponseHeaders(ForwardOutcome.ViaUpstream, HasBody(httpContext, proxyResponse));
        return copies;
    }

    public override async ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        await base.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
        // What the caller can be given: HTTP/1.0 takes no trailers.
        if (httpContext.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is { Count: > 0 } trailers)
            exchange.ResponseTrailers = [.. ProxiedExchange.Flatten(trailers)];
    }

    private static bool HasBody(HttpContext context, HttpResponseMessage response) =>
        !HttpMethods.IsHead(context.Request.Method) && (int)response.StatusCode is not (204 or 304) && response.Content.Headers.ContentLength is not 0;
}
