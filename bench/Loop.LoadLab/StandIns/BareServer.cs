using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Loop.LoadLab.StandIns;

/// <summary>What stand-ins are compared with: an endpoint of Kestrel that answers everything with the same body, and does nothing else.</summary>
internal static class BareServer
{
    /// <summary>JSON of this size.</summary>
    public static byte[] Body(int bytes) => Encoding.ASCII.GetBytes($"{{\"x\":\"{new string('x', bytes - 8)}\"}}");

    /// <summary>Runs until it is asked to stop; says where it listens on its first line.</summary>
    public static async Task Run(int bodyBytes, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using WebApplication app = builder.Build();
        byte[] body = Body(bodyBytes);
        app.Run(context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = body.Length;
            return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
        });
        await app.StartAsync(cancellationToken);
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Console.WriteLine($"ready: port={new Uri(address).Port}");
        await ((IHost)app).WaitForShutdownAsync(cancellationToken);
    }
}
