using System.Net;
using System.Net.Sockets;

namespace Loop.Replayer.Agent.Calls;

/// <summary>One connection that a live service opened.</summary>
/// <param name="Caller">The service that called: certain, since each has a network of its own.</param>
/// <param name="Destination">The address that it called.</param>
/// <param name="Host">The name by which that address was handed out; null for an address that the service knew by itself.</param>
/// <param name="Connection">The connection, accepted.</param>
public sealed record OutgoingCall(string Caller, IPEndPoint Destination, string? Host, Socket Connection)
{
    /// <summary>The live service that listens at that address; null when none does.</summary>
    public LiveCallee? Callee { get; init; }

    /// <summary>True when what is said on it came out of TLS that was ended here.</summary>
    public bool IsSecure { get; init; }
}

/// <summary>A live service that is called.</summary>
/// <param name="Service">Its name.</param>
/// <param name="Port">The port on which it listens.</param>
public sealed record LiveCallee(string Service, int Port);
