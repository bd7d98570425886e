using System.Net.Sockets;

namespace Loop.Replayer.Agent.Calls;

/// <summary>
/// Takes the calls of live services. One per sandbox; called at the same time for every connection, on the thread pool. Stand-ins implement it. The caller
/// closes connections afterwards; an exception resets them and is observed.
/// </summary>
public interface ICallHandler
{
    /// <summary>Serves one connection until it ends.</summary>
    Task Handle(OutgoingCall call, CancellationToken cancellationToken);

    /// <summary>True when it takes the connections to live services too (<see cref="OutgoingCall.Callee"/>); else they are carried byte for byte.</summary>
    bool TakesLiveCalls => false;

    /// <summary>Does what the replayer asked for with <c>ISandbox.Command</c>. Commands come one after the other.</summary>
    Task Command(string command, CancellationToken cancellationToken) => Task.CompletedTask;
}
