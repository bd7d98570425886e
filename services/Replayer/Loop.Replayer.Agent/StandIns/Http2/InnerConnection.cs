using Loop.Replayer.Agent.StandIns.Http1;
using Microsoft.AspNetCore.Connections;

namespace Loop.Replayer.Agent.StandIns.Http2;

/// <summary>A connection inside another one, as Kestrel takes it.</summary>
internal sealed class InnerConnection : DefaultConnectionContext
{
    private readonly CallerConnection _connection;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Wraps a connection; whoever made it disposes it, after <see cref="Ended"/>.</summary>
    public InnerConnection(string id, CallerConnection connection)
        : base(id, connection, connection)
    {
        _connection = connection;
        ConnectionClosed = connection.Closed;
    }

    /// <summary>Ends when Kestrel is done with it.</summary>
    public Task Ended => _ended.Task;

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason) => _connection.Reset();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _ended.TrySetResult();
    }
}
