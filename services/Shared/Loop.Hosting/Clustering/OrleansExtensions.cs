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
    // Below the range from which systems take local ports of outgoing connections (32768 and up): a port that was free when it was tried is not taken by
    // somebody's connection before the silo binds it. Each process begins to look at another place.
    private const int FirstPort = 20_000;
    private const int PortCount = 10_000;

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
        int[] free = [.. Enumerable.Range(0, PortCount).Select(step => FirstPort + (((Environment.ProcessId * 2) + step) % PortCount)).Where(IsFree).Take(2)];
        return free is [int silo, int gateway] ? (silo, gateway) : throw new IOException($"No two free ports between {FirstPort} and {FirstPort + PortCount - 1}.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
