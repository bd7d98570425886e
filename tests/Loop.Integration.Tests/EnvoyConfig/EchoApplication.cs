using System.Net;
using Loop.EnvoyConfig;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Loop.Integration.Tests.EnvoyConfig;

/// <summary>A service behind a proxy that remembers the headers it received, and answers what the test says.</summary>
internal sealed class EchoApplication : IAsyncDisposable
{
    private readonly WebApplication _application;

    private EchoApplication(WebApplication application) => _application = application;

    public List<IHeaderDictionary> Received { get; } = [];

    public EnvoyAddress Address
    {
        get
        {
            string url = _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
            return EnvoyAddress.Loopback(new Uri(url).Port);
        }
    }

    public static async Task<EchoApplication> StartAsync(Func<int, HttpContext, Task> answer, HttpProtocols protocols = HttpProtocols.Http1)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        EchoApplication echo = new(builder.Build());
        echo._application.Run(context =>
        {
            echo.Received.Add(new HeaderDictionary(context.Request.Headers.ToDictionary(h => h.Key, h => h.Value, StringComparer.OrdinalIgnoreCase)));
            return answer(echo.Received.Count, context);
        });
        await echo._application.StartAsync();
        return echo;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
