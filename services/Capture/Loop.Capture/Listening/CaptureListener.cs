using Loop.Hosting.Access;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Loop.Capture.Listening;

/// <summary>The listeners of capture and the limits that they need, in one place.</summary>
public static class CaptureListener
{
    // One stream is one production request in flight: Kestrel's 100 would hold Envoy back long before its circuit breakers (facts: RPS × latency).
    private const int MaximumStreamsPerConnection = 10_000;

    // A window smaller than Envoy's largest chunk (1 MiB) costs a round trip in the middle of each.
    private const int StreamWindowBytes = 1024 * 1024;

    // All streams share it: one slow turn of the thread pool must not stop the others.
    private const int ConnectionWindowBytes = 16 * 1024 * 1024;

    // Notices an Envoy that vanished without closing. Envoy itself pings every second.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Adds the capture port, and the one for TapRequest POSTs when it is configured. The stream and rate limits hold for the whole server, since Kestrel
    /// has them once. Needs <see cref="CaptureServiceCollectionExtensions.AddCapture(IServiceCollection)"/>.
    /// </summary>
    public static void ConfigureCaptureKestrel(this KestrelServerOptions kestrel)
    {
        CaptureOptions options = kestrel.ApplicationServices.GetRequiredService<IOptions<CaptureOptions>>().Value;
        SetLimits(kestrel.Limits);
        Listen(kestrel, options, options.Listen, CaptureListenerKind.Grpc);
        if (options.TapHttpListen is not null)
            Listen(kestrel, options, options.TapHttpListen, CaptureListenerKind.TapHttp);
    }

    private static void SetLimits(KestrelServerLimits limits)
    {
        limits.Http2.MaxStreamsPerConnection = MaximumStreamsPerConnection;
        limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
        limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        limits.Http2.KeepAlivePingDelay = PingDelay;
        limits.Http2.KeepAlivePingTimeout = PingTimeout;

        // A side stream is as slow as the production request that it mirrors.
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
    }

    private static void Listen(KestrelServerOptions kestrel, CaptureOptions options, string address, CaptureListenerKind kind)
    {
        if (!ListenAddress.TryParse(address, out ListenAddress? parsed, out string fault))
            throw new OptionsValidationException(CaptureOptions.SectionName, typeof(CaptureOptions), [fault]);
        kestrel.Listen(parsed.EndPoint, listen =>
        {
            // Cleartext Kestrel speaks one of them: without TLS there is no negotiation.
            listen.Protocols = kind is CaptureListenerKind.Grpc ? HttpProtocols.Http2 : HttpProtocols.Http1;
            CaptureTls.Use(listen, options);
            Identify(listen, kestrel.ApplicationServices, kind);
        });
    }

    private static void Identify(ListenOptions listen, IServiceProvider services, CaptureListenerKind kind)
    {
        var middleware = services.GetRequiredService<CaptureConnectionMiddleware>();
        listen.Use((ConnectionDelegate next) => connection => middleware.Serve(connection, next, kind));
    }
}
