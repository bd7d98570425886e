namespace Loop.Replayer.Agent.Calls;

/// <summary>
/// Answers the calls of live services that no live service answers. One per sandbox; called at the same time for every connection, on
/// the thread pool. Stand-ins implement it.
/// </summary>
public interface ICallHandler
{
    /// <summary>Serves one connection until it ends. The caller closes it afterwards; an exception resets it.</summary>
    Task Handle(OutgoingCall call, CancellationToken cancellationToken);
}
