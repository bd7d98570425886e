using System.Net;
using System.Net.Sockets;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Dependencies;

/// <summary>
/// The ports on which servers really listen, on 127.0.0.1 of their service's network. Never those that services dial: there the agent listens, so that
/// it sees who reaches a server also over loopback, and the server needs no right to a low port.
/// </summary>
internal sealed class DependencyPorts
{
    // Below the agent's own redirect port, above the range that the kernel hands out by itself.
    private const int HighestPort = 64511;
    private readonly Dictionary<string, int> _ports = [];

    public DependencyPorts(SandboxPlan plan, bool isSealed)
    {
        HashSet<int> taken =
        [
            .. plan.Services.Select(service => service.Port),
            .. plan.Services.SelectMany(service => service.Addresses).Select(address => address.ListeningPort),
            .. plan.Dependencies.Select(dependency => dependency.Port),
        ];
        int next = HighestPort;
        foreach (DependencyPlan dependency in plan.Dependencies)
        {
            while (!taken.Add(next))
                next--;
            // Beside other programs of the host only the kernel knows what is free.
            _ports[dependency.Name] = isSealed ? next : FreeOnHost();
        }
    }

    /// <summary>All of them: the agent alone dials them, also before the server listens.</summary>
    public IReadOnlyCollection<int> All => _ports.Values;

    public int Of(DependencyPlan dependency) => _ports[dependency.Name];

    private static int FreeOnHost()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
