using System.Net;
using System.Text;
using Loop.Cli.Proxy.Capture;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace Loop.Cli.Proxy;

/// <summary>The laptop proxy: towards its callers and upstreams a transparent proxy, towards the collector an Envoy.</summary>
public sealed class ProxyServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly UpstreamConnections _connections;
    private readonly CollectorLink _collector;
    private int _isDisposed;

    private ProxyServer(WebApplication application, UpstreamConnections connections, CollectorLink collector)
    {
        _application = application;
        _connections = connections;
        _collector = collector;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>What was not recorded, by reason.</summary>
    public IReadOnlyDictionary<string, long> Losses => _collector.Losses.Counts;

    /// <summary>Bytes that wait for the collector.</summary>
    public long WaitingBytes => _collector.Budget.Used;

    /// <summary>Starts listening; words about losses go to <paramref name="error"/>.</summary>
    public static async Task<ProxyServer> Start(ProxyOptions options, TextWriter error, TimeProvider time, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.Services.AddHttpForwarder();
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, options.Listen));
        WebApplication application = builder.Build();
        var connections = new UpstreamConnections(options.ConnectTimeout);
        var collector = new CollectorLink(options, error, time);
        var forwarder = new ExchangeForwarder(options, application.Services.GetRequiredService<IHttpForwarder>(), connections, collector, time);
        application.Run(forwarder.Forward);
        var server = new ProxyServer(application, connections, collector);
        try
        {
            await application.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops listening, ends what is in progress, tells the collector what is still to be told.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
            return;
        await _application.StopAsync(new CancellationToken(canceled: true));
        await _application.DisposeAsync();
        await _collector.DisposeAsync();
        _connections.Dispose();
    }

    private static void Configure(KestrelServerOptions kestrel, IPEndPoint listen)
    {
        kestrel.AddServerHeader = false;
        // The upstream's limits apply, not ours.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxRequestHeaderCount = 1000;
        kestrel.Limits.MaxRequestHeadersTotalSize = 256 * 1024;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
        // The sniffed HTTP/2 connections look like TLS ones to Kestrel, their requests say http.
        kestrel.AllowAlternateSchemes = true;
        kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
        kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        kestrel.Listen(listen, endpoint => endpoint.UseHttpVersionSniffer());
    }

    // Who started the proxy also hears the signals that end it.
    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
