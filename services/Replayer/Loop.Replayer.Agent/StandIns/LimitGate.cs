using System.Buffers;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Wire;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Stands between a call and its caller until the call is over for the caller; what the callee does after that is read, and passed on to nobody.</summary>
/// <param name="relay">The caller's side; null when it is given the answer as a whole.</param>
/// <param name="limitBytes">Bytes kept of the answer's body.</param>
internal sealed class LimitGate(IRelayedCall? relay, int limitBytes) : IRelayedCall, IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _closing = new();
    private readonly ArrayBufferWriter<byte> _body = new();
    private (int Status, IReadOnlyList<HeaderField> Headers)? _head;
    private Task _giving = Task.CompletedTask;
    private bool _isClosed;

    /// <inheritdoc/>
    public bool Gives => relay is { Gives: true };

    /// <inheritdoc/>
    public TimeSpan HoldBack => relay?.HoldBack ?? Timeout.InfiniteTimeSpan;

    /// <inheritdoc/>
    public Task Give(Stream callee, CancellationToken cancellationToken)
    {
        lock (_lock)
            return _isClosed ? Task.FromCanceled(new CancellationToken(canceled: true)) : _giving = GiveUntilClosed(callee, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask Begin(int status, IReadOnlyList<HeaderField> headers, CancellationToken cancellationToken) => Forward(
        token =>
        {
            _head = (status, headers);
            return relay?.Begin(status, headers, token) ?? ValueTask.CompletedTask;
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask Pass(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => Forward(
        token =>
        {
            _body.Write(bytes.Span[..Math.Min(bytes.Length, limitBytes - _body.WrittenCount)]);
            return relay?.Pass(bytes, token) ?? ValueTask.CompletedTask;
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask Stall(CancellationToken cancellationToken) => Forward(token => relay?.Stall(token) ?? ValueTask.CompletedTask, cancellationToken);

    /// <summary>From here on nothing is passed on in either direction. A request that was still coming ends here.</summary>
    /// <returns>What the caller has of the answer; null when it had no headers.</returns>
    public async Task<Answer?> Close()
    {
        lock (_lock)
            _isClosed = true;
        _closing.Cancel();
        await _giving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _turn.WaitAsync();
        _turn.Release();
        return _head is not { } head ? null : new Answer { Outcome = AnswerOutcome.BodyReset, Status = head.Status, Headers = head.Headers, Body = _body.WrittenMemory };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _turn.Dispose();
        _closing.Dispose();
    }

    private async Task GiveUntilClosed(Stream callee, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        await relay!.Give(callee, either.Token);
    }

    private async ValueTask Forward(Func<CancellationToken, ValueTask> step, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_closing.IsCancellationRequested)
                return;
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
            await step(either.Token);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // A caller that did not take its answer lost the rest of it at the limit.
        }
        finally
        {
            _turn.Release();
        }
    }
}
