using System.Net;
using System.Security.Cryptography;
using System.Text;
using Loop.Cli.Proxy.Capture;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Loop.Cli.Proxy;

/// <summary>Forwards one request, records it on the way, and answers itself where no upstream does.</summary>
internal sealed class ExchangeForwarder(ProxyOptions options, IHttpForwarder forwarder, UpstreamConnections connections, CollectorLink collector, TimeProvider time)
{
    public async Task Forward(HttpContext context)
    {
        // 1. Every exchange can be found by its request id, as behind Envoy.
        if (!context.Request.Headers.ContainsKey("x-request-id"))
            context.Request.Headers["x-request-id"] = NewRequestId();
        var exchange = new ProxiedExchange(context, time) { Route = options.Routes.Find(context.Request.Host.Value ?? "", context.Request.Host.Host ?? "") };
        var recording = new ExchangeRecording(exchange, collector.Open(), options.Direction);
        try
        {
            // 2. Head first, so that the collector knows of it while it is in progress.
            recording.RequestHeaders(HasBody(context));
            Observe(context, recording);
            // 3. Forward, and answer in the upstream's place where there is none.
            exchange.Outcome = exchange.Route is { } route ? await Forward(exchange, route, recording) : ForwardOutcome.NoRoute;
            if (exchange.Outcome.LocalStatus is { } status)
                await Answer(exchange, recording, status);
            // 4. Only an answer that reached its end is told as ended; a WebSocket has none, as behind Envoy.
            if (exchange.Status is StatusCodes.Status101SwitchingProtocols)
                return;
            if (exchange.Outcome.Flag is ResponseFlag.None || exchange.Outcome.LocalStatus is not null)
                recording.ResponseEnd();
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The client left during our own answer.
            exchange.Outcome = ForwardOutcome.ClientGone;
        }
        finally
        {
            collector.Log(exchange, recording.Complete());
        }
    }

    private static bool HasBody(HttpContext context) => context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;

    private static void Observe(HttpContext context, ExchangeRecording recording)
    {
        if (HasBody(context))
            context.Request.Body = new TeeStream(context.Request.Body, recording.RequestBody, written: null);
        context.Response.Body = new TeeStream(context.Response.Body, read: null, recording.ResponseBody);
        if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
            context.Features.Set<IHttpUpgradeFeature>(new TeeUpgradeFeature(upgrade, recording.RequestBody, recording.ResponseBody));
    }

    private async Task<ForwardOutcome> Forward(ProxiedExchange exchange, ProxyRoute route, ExchangeRecording recording)
    {
        HttpContext context = exchange.Context;
        UpstreamConnections.Watch(exchange.Upstream);
        using var limit = new CancellationTokenSource();
        if (options.ResponseTimeout is { } timeout)
            limit.CancelAfter(timeout);
        var transformer = new RecordingTransformer(exchange, route, recording, connections, () => limit.CancelAfter(Timeout.InfiniteTimeSpan));
        ForwarderError error = await forwarder.SendAsync(context, route.Prefix, connections.Invoker, ConfigOf(context), transformer, limit.Token);
        Exception? exception = context.Features.Get<IForwarderErrorFeature>()?.Exception;
        bool isClientGone = context.RequestAborted.IsCancellationRequested && !exchange.Context.Response.HasStarted
            || error is ForwarderError.RequestBodyClient && !IsGivenUp(exception)
            || error is ForwarderError.ResponseBodyClient or ForwarderError.ResponseBodyCanceled or ForwarderError.UpgradeResponseClient or ForwarderError.UpgradeRequestClient;
        return OutcomeClassifier.Classify(error, exception, exchange.Status != 0, limit.IsCancellationRequested, isClientGone);
    }

    // An upstream that resets the stream while the request's body is on its way makes the HTTP client give the body up; the forwarder blames the caller for it.
    private static bool IsGivenUp(Exception? exception) => exception is AggregateException { InnerExceptions: [OperationCanceledException, ..] };

    private ForwarderRequestConfig ConfigOf(HttpContext context) => new()
    {
        Version = options.UpstreamVersion ?? (HttpProtocol.IsHttp2(context.Request.Protocol) ? HttpVersion.Version20 : HttpVersion.Version11),
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        // A breakpoint, a long poll and a quiet event stream are no faults.
        ActivityTimeout = Timeout.InfiniteTimeSpan,
        AllowResponseBuffering = false,
    };

    private static async Task Answer(ProxiedExchange exchange, ExchangeRecording recording, int status)
    {
        const int unavailable = 14;
        HttpResponse response = exchange.Context.Response;
        if (response.HasStarted)
            return;
        byte[] body = exchange.IsGrpc ? [] : Encoding.UTF8.GetBytes($"loopctl proxy: {exchange.Outcome.CodeDetails}\n");
        response.Headers.Clear();
        // A gRPC client reads its status from the headers of an answer without body.
        response.StatusCode = exchange.IsGrpc ? StatusCodes.Status200OK : status;
        response.ContentType = exchange.IsGrpc ? "application/grpc" : "text/plain";
        if (exchange.IsGrpc)
        {
            response.Headers["grpc-status"] = unavailable.ToString();
            response.Headers["grpc-message"] = Uri.EscapeDataString(exchange.Outcome.CodeDetails);
        }
        else
        {
            response.ContentLength = body.Length;
        }

        exchange.Status = response.StatusCode;
        exchange.ResponseFields = [new(":status", exchange.Status.ToString()), .. ProxiedExchange.Flatten(response.Headers)];
        recording.ResponseHeaders(exchange.Outcome, body.Length > 0);
        if (body.Length > 0 && !HttpMethods.IsHead(exchange.Context.Request.Method))
            await response.Body.WriteAsync(body, exchange.Context.RequestAborted);
    }

    // Version 4 of RFC 9562: Envoy keeps its trace decision in the version digit, so it must be there.
    private static string NewRequestId()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
