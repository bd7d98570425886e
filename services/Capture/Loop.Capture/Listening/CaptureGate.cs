using System.Collections.Frozen;
using Loop.Capture.Diagnostics;
using Loop.Capture.Health;
using Loop.Capture.Tap;
using Loop.Capture.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Loop.Capture.Listening;

/// <summary>
/// The outermost middleware of the process. Requests that came through a listener of capture are served here and see nothing else of the host, neither its
/// routes nor its rules for browsers; all others pass by and never reach an endpoint of capture.
/// </summary>
internal sealed class CaptureGate(
    IEnumerable<IGrpcEndpoint> endpoints,
    TapPostEndpoint tapPosts,
    CaptureHealth health,
    CaptureInstruments instruments,
    OpenStreams open,
    IHostApplicationLifetime lifetime,
    ILogger<CaptureGate> logger)
{
    private readonly FrozenDictionary<string, IGrpcEndpoint> _endpoints = endpoints.ToFrozenDictionary(endpoint => endpoint.Path, StringComparer.Ordinal);

    /// <summary>Serves the request, or passes it on.</summary>
    public Task Serve(HttpContext context, RequestDelegate next) => context.Features.Get<CaptureConnection>() switch
    {
        null => next(context),
        { Kind: CaptureListenerKind.TapHttp } connection => tapPosts.Serve(context, connection),
        { } connection => ServeGrpc(context, connection),
    };

    private async Task ServeGrpc(HttpContext context, CaptureConnection connection)
    {
        if (!GrpcRequest.IsGrpc(context.Request) || !HttpMethods.IsPost(context.Request.Method))
        {
            await RefuseNonGrpc(context);
            return;
        }

        GrpcResponse.Begin(context.Response);
        if (!_endpoints.TryGetValue(context.Request.Path.Value ?? "", out IGrpcEndpoint? endpoint))
        {
            Refused(context, RefusalReason.UnknownMethod, "no such gRPC method");
            GrpcResponse.End(context.Response, GrpcStatus.Unimplemented, "Loop's capture port does not know this method.");
            return;
        }

        // Loop.Capture's own counters tell of the inputs; a histogram entry with seven tags for each side stream tells nothing more.
        if (context.Features.Get<IHttpMetricsTagsFeature>() is { } metrics)
            metrics.MetricsDisabled = true;
        GrpcRequest.LiftLimits(context);
        await ServeEndpoint(context, connection, endpoint);
    }

    private async Task ServeEndpoint(HttpContext context, CaptureConnection connection, IGrpcEndpoint endpoint)
    {
        instruments.OnStreamOpened();
        open.Begin();
        try
        {
            await endpoint.Serve(context, connection, lifetime.ApplicationStopping);
            // The trailers are on their way when this returns, and the stream is counted as ended only then.
            if (lifetime.ApplicationStopping.IsCancellationRequested)
                await context.Response.CompleteAsync();
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The peer is gone; whatever failed was the answer to it.
        }
        catch (Exception fault)
        {
            // A bug of ours. The status stays OK, so that it cannot become a failed production request; health says the rest.
            instruments.OnFault();
            health.OnFault();
            CaptureLog.Fault(logger, fault, endpoint.Path);
            GrpcResponse.End(context.Response, GrpcStatus.Ok);
        }
        finally
        {
            open.End();
            instruments.OnStreamClosed();
        }
    }

    private async Task RefuseNonGrpc(HttpContext context)
    {
        Refused(context, RefusalReason.NotGrpc, "not gRPC");
        context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        context.Response.ContentType = "text/plain";
        await context.Response.WriteAsync(
            "This port of Loop takes gRPC from Envoy only (--capture-listen): POST with content-type application/grpc. "
            + "The REST API and the web pages are on another port (--http-listen).\n");
    }

    private void Refused(HttpContext context, RefusalReason reason, string words)
    {
        instruments.OnRefused(reason);
        CaptureLog.Refused(logger, context.Request.Method, context.Request.Path, words);
    }
}
