using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
using Orleans.Serialization;

namespace Loop.Hosting.Clustering;

/// <summary>Orleans as Loop uses it: one silo on loopback by default.</summary>
public static class OrleansExtensions
{
    /// <summary>
    /// Adds a silo on free loopback ports, so that several servers run side by side on one machine. Types of <c>Loop.*</c> travel as JSON: what is stored, what
    /// the API shows and what grains exchange are then one and the same form.
    /// </summary>
    public static IHostApplicationBuilder AddLoopSilo(this IHostApplicationBuilder builder, Action<ISiloBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        (int siloPort, int gatewayPort) = FreePorts();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort, gatewayPort, new IPEndPoint(IPAddress.Loopback, siloPort), "loop", "loop");
            configure?.Invoke(silo);
        });
        builder.Services.AddSerializer(serializer => serializer.AddJsonSerializer(type => type.Namespace?.StartsWith("Loop.", StringComparison.Ordinal) == true));
        return builder;
    }

    private static (int Silo, int Gateway) FreePorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }
}
