using System.Net;
using System.Net.Sockets;

namespace Loop.Replayer.Agent.Calls;

/// <summary>One connection that a live service opened.</summary>
/// <param name="Caller">The service that called: certain, since each has a network of its own.</param>
/// <param name="Destination">The address that it called.</param>
/// <param name="Host">The name by which that address was handed out; null for an address that the service knew by itself.</param>
/// <param name="Connection">The connection, accepted.</param>
public sealed record OutgoingCall(string Caller, IPEndPoint Destination, string? Host, Socket Connection);
