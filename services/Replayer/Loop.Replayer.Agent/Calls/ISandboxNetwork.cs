using System.Net.Sockets;

namespace Loop.Replayer.Agent.Calls;

/// <summary>The way into live services, from inside the agent: for relays, drives and debuggers.</summary>
public interface ISandboxNetwork
{
    /// <summary>Connects to a port on which a live service listens.</summary>
    /// <exception cref="SocketException">Nothing listens there, or there is no such service.</exception>
    Task<Socket> Connect(string service, int port, CancellationToken cancellationToken);
}
