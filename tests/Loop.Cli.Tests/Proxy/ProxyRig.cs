using System.Net;
using System.Net.Http;
using Loop.Cli.Proxy;

namespace Loop.Cli.Tests.Proxy;

/// <summary>Upstream, proxy, collector and a client, all on free ports.</summary>
internal sealed class ProxyRig : IAsyncDisposable
{
    private ProxyRig(FakeUpstream upstream, FakeCollector collector, ProxyServer proxy, StringWriter error)
    {
        Upstream = upstream;
        Collector = collector;
        Proxy = proxy;
        Error = error;
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null }) { BaseAddress = proxy.Address };
    }

    public FakeUpstream Upstream { get; }

    public FakeCollector Collector { get; }

    public ProxyServer Proxy { get; }

    public StringWriter Error { get; }

    public HttpClient Client { get; }

    public static async Task<ProxyRig> Start(Func<ProxyOptions, ProxyOptions>? change = null, bool isHttp2 = false, bool isFrozen = false)
    {
        FakeUpstream upstream = await FakeUpstream.Start();
        FakeCollector collector = await FakeCollector.Start(isFrozen);
        var options = new ProxyOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Routes = new RouteTable([], new ProxyRoute("web", isHttp2 ? upstream.Http2 : upstream.Http1)),
            Service = "web",
            Direction = ProxyDirection.Inbound,
            Namespace = "shop",
            Instance = "web-1",
            Collector = collector.Url,
        };
        var error = new StringWriter();
        ProxyServer proxy = await ProxyServer.Start(change?.Invoke(options) ?? options, error, TimeProvider.System, CancellationToken.None);
        return new ProxyRig(upstream, collector, proxy, error);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Proxy.DisposeAsync();
        await Collector.DisposeAsync();
        await Upstream.DisposeAsync();
        await Error.DisposeAsync();
    }
}
