using System.Net;
using System.Net.Sockets;

namespace Loop.EnvoyConfig.Running;

/// <summary>
/// Ports of loopback that nobody listens on, for programs that must be told one before they start. They lie below those that the kernel hands out by
/// itself (32768 and up by default): between the choice and the use of a port no connection and no listener on port 0 can take it.
/// </summary>
public static class FreePorts
{
    private const int Lowest = 12_000;

    // loopd looks for the ports of its silo from here on.
    private const int End = 20_000;

    // Processes that choose at the same time begin at different places; a process gives no port twice until all were given.
    private static int _taken = Environment.ProcessId * 53 % (End - Lowest);

    /// <summary>One port.</summary>
    /// <exception cref="IOException">None is free.</exception>
    public static int Take()
    {
        for (int tried = 0; tried < End - Lowest; tried++)
        {
            int port = Lowest + (int)((uint)Interlocked.Increment(ref _taken) % (End - Lowest));
            if (IsFree(port))
                return port;
        }

        throw new IOException($"No port between {Lowest} and {End - 1} is free.");
    }

    /// <summary>Several ports, none twice.</summary>
    /// <exception cref="IOException">So many are not free.</exception>
    public static int[] Take(int count) => [.. Enumerable.Range(0, count).Select(_ => Take())];

    /// <summary>True when nobody listens on this port of loopback now.</summary>
    public static bool IsFree(int port)
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
