using System.Net;
using System.Net.Sockets;

namespace Loop.TruthBench.Stack;

/// <summary>
/// Ports that nobody listens on. They lie below those that the kernel hands out by itself: between the choice and the use of a port no connection of
/// another program can take it.
/// </summary>
internal static class FreePorts
{
    private const int Lowest = 12000;
    private const int Highest = 32000;

    // Benches that run at the same time begin at different places.
    private static int _next = Lowest + (Environment.ProcessId * 53 % (Highest - Lowest));

    public static int[] Take(int count) => [.. Enumerable.Range(0, count).Select(_ => TakeOne())];

    private static int TakeOne()
    {
        for (int tried = 0; tried < Highest - Lowest; tried++)
        {
            int port = Interlocked.Increment(ref _next);
            if (port > Highest)
                _next = Lowest;
            if (port <= Highest && IsFree(port))
                return port;
        }

        throw new BenchException($"no port between {Lowest} and {Highest} is free");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using TcpListener listener = new(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
