using System.Net.Sockets;

namespace Loop.Replayer.Agent.Calls;

/// <summary>
/// Takes the calls of live services. One per sandbox; called at the same time for every connection, on the thread pool. Stand-ins implement it. The caller
/// closes connections afterwards; an exception resets them and is observed.
/// </summary>
public interface ICallHandler
{
    /// <summary>Serves one connection that no live service answers, until it ends.</summary>
    Task Handle(OutgoingCall call, CancellationToken cancellationToken);

    /// <summary>Carries one connection to a live service, until it ends. Byte for byte; who wants to watch does it here.</summary>
    /// <param name="call">The call.</param>
    /// <param name="callee">The service that answers it.</param>
    /// <param name="connection">A connection to the callee, for this call alone.</param>
    /// <param name="cancellationToken">The sandbox ends.</param>
    Task Relay(OutgoingCall call, string callee, Socket connection, CancellationToken cancellationToken) => SocketRelay.Run(call.Connection, connection, cancellationToken);

    /// <summary>Does what the replayer asked for with <c>ISandbox.Command</c>. Commands come one after the other.</summary>
    Task Command(string command, CancellationToken cancellationToken) => Task.CompletedTask;
}
