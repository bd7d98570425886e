using System.Collections.Concurrent;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Capture.V1;

namespace Loop.Store.Nodes;

/// <summary>Keys of replays, which must be known everywhere before the first byte is sent.</summary>
public sealed partial class NodeRegistry
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<TraceKey>> _replays = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Node, long Request), TaskCompletionSource> _registrations = new();
    private long _lastRequestId;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> RegisterReplayKeys(string replayId, IReadOnlyList<TraceKey> keys, TimeSpan timeout, CancellationToken cancellationToken)
    {
        _replays[replayId] = keys;
        long request = Interlocked.Increment(ref _lastRequestId);
        NodeSession[] sessions = Connected();
        Dictionary<string, Task> confirmations = sessions.ToDictionary(session => session.Node, session => Expect(session.Node, request));
        foreach (NodeSession session in sessions)
            session.Send(Register(replayId, keys, request));
        await Task.WhenAny(Task.WhenAll(confirmations.Values), Task.Delay(timeout, time, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        foreach (NodeSession session in sessions)
            _registrations.TryRemove((session.Node, request), out _);
        return [.. confirmations.Where(pair => pair.Value.IsCompletedSuccessfully).Select(pair => pair.Key).Order(StringComparer.Ordinal)];
    }

    /// <summary>A node confirmed.</summary>
    public void Confirm(string node, long request)
    {
        if (_registrations.TryRemove((node, request), out TaskCompletionSource? confirmation))
            confirmation.TrySetResult();
    }

    /// <inheritdoc/>
    public void UnregisterReplayKeys(string replayId)
    {
        if (!_replays.TryRemove(replayId, out _))
            return;
        foreach (NodeSession session in Connected())
            session.Send(new StoreMessage { UnregisterReplayKeys = new UnregisterReplayKeys { ReplayId = replayId } });
    }

    private static StoreMessage Register(string replayId, IReadOnlyList<TraceKey> keys, long request)
    {
        var register = new RegisterReplayKeys { RequestId = request, ReplayId = replayId };
        register.Keys.AddRange(keys.Select(key => key.ToString()));
        return new StoreMessage { RegisterReplayKeys = register };
    }

    private Task Expect(string node, long request)
    {
        var confirmation = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _registrations[(node, request)] = confirmation;
        return confirmation.Task;
    }
}
