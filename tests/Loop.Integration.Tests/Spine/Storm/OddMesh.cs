using System.Net;
using Loop.EnvoyConfig;
using Loop.Integration.Tests.Harness;
using Loop.Samples.Demo.Processes;
using Loop.Testing.Envoy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Loop.Integration.Tests.Spine.Storm;

/// <summary>A caller whose behaviour the test writes and a callee that fails at <c>/fail</c>, each behind a real Envoy.</summary>
internal sealed class OddMesh : IAsyncDisposable
{
    private static readonly string[] Propagated = ["traceparent", "x-request-id"];

    private readonly Owned _owned = new();
    private readonly HttpClient _calls = new(new SocketsHttpHandler { ActivityHeadersPropagator = null, UseProxy = false });
    private Uri? _outbound;

    /// <summary>Sends to the caller's proxy.</summary>
    public HttpClient Client { get; } = new(new SocketsHttpHandler { ActivityHeadersPropagator = null, UseProxy = false });

    public static async Task<OddMesh> Start(LoopServer server, Func<OddMesh, HttpContext, Task> caller)
    {
        var mesh = new OddMesh();
        EnvoyAddress callee = await mesh.Serve(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/fail" ? 500 : 200;
            return context.Response.WriteAsync("callee");
        });
        EnvoyAddress application = await mesh.Serve(context => caller(mesh, context));
        EnvoyAddress collector = EnvoyAddress.Loopback(server.Capture!.Port);
        RealEnvoy inner = mesh._owned.Add(await RealEnvoy.StartAsync(
            new EnvoyProxyConfig { Service = "callee", Collector = collector, Listeners = [ListenerConfig.Inbound(EnvoyAddress.Loopback(0), "callee", callee)] }, concurrency: 2));
        RealEnvoy outer = mesh._owned.Add(await RealEnvoy.StartAsync(
            new EnvoyProxyConfig
            {
                Service = "caller",
                Collector = collector,
                Listeners =
                [
                    ListenerConfig.Inbound(EnvoyAddress.Loopback(0), "caller", application),
                    ListenerConfig.Outbound(EnvoyAddress.Loopback(0), [KeyValuePair.Create("callee", EnvoyAddress.Loopback(inner[ListenerDirection.Inbound].Port))]),
                ],
            },
            concurrency: 2));
        mesh._outbound = outer[ListenerDirection.Outbound];
        mesh.Client.BaseAddress = outer[ListenerDirection.Inbound];
        using var api = new LoopApi(server.Http);
        await api.CollectorIsUsedBy(inner, Xunit.TestContext.Current.CancellationToken);
        await api.CollectorIsUsedBy(outer, Xunit.TestContext.Current.CancellationToken);
        return mesh;
    }

    /// <summary>Calls the callee on behalf of a request; the context is read before anything is awaited, so that the call may outlive it.</summary>
    public Task<HttpResponseMessage> Call(HttpContext on, string path) => Call(Headers(on), path);

    /// <summary>The headers that a call passes on.</summary>
    public static Dictionary<string, string> Headers(HttpContext on) =>
        Propagated.Where(on.Request.Headers.ContainsKey).ToDictionary(name => name, name => on.Request.Headers[name].ToString());

    public async Task<HttpResponseMessage> Call(Dictionary<string, string> headers, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_outbound!, path)) { Headers = { Host = "callee" } };
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await _calls.SendAsync(request);
    }

    /// <summary>One request of the outside.</summary>
    public async Task<HttpResponseMessage> Send(string path, string traceId, string? requestId = null, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("traceparent", $"00-{traceId}-00000000000000a1-01");
        if (requestId is not null)
            request.Headers.TryAddWithoutValidation("x-request-id", requestId);
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _owned.DisposeAsync();
        _calls.Dispose();
        Client.Dispose();
    }

    private async Task<EnvoyAddress> Serve(RequestDelegate answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication application = _owned.Add(builder.Build());
        application.Run(answer);
        await application.StartAsync();
        string url = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return EnvoyAddress.Loopback(new Uri(url).Port);
    }
}
