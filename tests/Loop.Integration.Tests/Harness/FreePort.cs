using System.Net;
using System.Net.Sockets;

namespace Loop.Integration.Tests.Harness;

/// <summary>A port that was free a moment ago, for what cannot take port 0 because somebody must know it first.</summary>
internal static class FreePort
{
    public static int Next()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
