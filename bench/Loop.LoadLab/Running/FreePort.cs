using System.Net;
using System.Net.Sockets;

namespace Loop.LoadLab.Running;

/// <summary>A port that nobody uses now, for what cannot be told to choose one itself.</summary>
internal static class FreePort
{
    public static int Take()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
