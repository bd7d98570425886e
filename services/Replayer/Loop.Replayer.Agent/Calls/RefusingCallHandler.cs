namespace Loop.Replayer.Agent.Calls;

/// <summary>Resets every call. The calls are observed all the same.</summary>
public sealed class RefusingCallHandler : ICallHandler
{
    /// <inheritdoc/>
    public Task Handle(OutgoingCall call, CancellationToken cancellationToken)
    {
        call.Connection.Close(timeout: 0);
        return Task.CompletedTask;
    }
}
