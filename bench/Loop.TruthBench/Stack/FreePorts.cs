using System.Net;
using System.Net.Sockets;

namespace Loop.TruthBench.Stack;

/// <summary>Ports that nobody used a moment ago; all are held until all are chosen, so that none is given twice.</summary>
internal static class FreePorts
{
    public static int[] Take(int count)
    {
        TcpListener[] held = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        try
        {
            foreach (TcpListener listener in held)
                listener.Start();
            return [.. held.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (TcpListener listener in held)
                listener.Dispose();
        }
    }
}
