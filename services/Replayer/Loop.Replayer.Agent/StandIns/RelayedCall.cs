using System.Net.Sockets;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Wire;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>
/// A call of one live service to another, passed on as it goes. The last bytes of an answer are held back until all of it was read, for a caller must not use a
/// value of it before the run knows the value; an answer that pauses goes on.
/// </summary>
internal sealed class RelayedCall(ICallExchange exchange, RequestMessages? messages, bool holdsBack) : IRelayedCall, IDisposable
{
    // Longer than the end of an answer comes after its last bytes, shorter than a pause that anybody minds.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // Larger answers hold no value that a later call needs before their end.
    private const int MostHeldBytes = 1024 * 1024;
    private readonly MemoryStream _held = new();

    /// <inheritdoc/>
    public bool Gives => messages is not null;

    /// <inheritdoc/>
    public TimeSpan HoldBack { get; } = holdsBack ? Pause : TimeSpan.Zero;

    /// <summary>True once the caller has the beginning of an answer.</summary>
    public bool IsBegun { get; private set; }

    /// <inheritdoc/>
    public async Task Give(Stream callee, CancellationToken cancellationToken)
    {
        for (ReadOnlyMemory<byte> next = await messages!.Next(cancellationToken); !next.IsEmpty; next = await messages.Next(cancellationToken))
        {
            await callee.WriteAsync(next, cancellationToken);
            await callee.FlushAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask Begin(int status, IReadOnlyList<HeaderField> headers, CancellationToken cancellationToken)
    {
        string? length = headers.FirstOrDefault(static field => field.Name == "content-length").Value;
        exchange.Begin(new AnswerStart(status, headers, long.TryParse(length, out long bytes) ? bytes : null, HasTrailers: length is null));
        IsBegun = true;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask Pass(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _held.Write(bytes.Span);
        if (_held.Length >= MostHeldBytes)
            await WriteHeld(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask Stall(CancellationToken cancellationToken)
    {
        await WriteHeld(cancellationToken);
        await Send(exchange.Flush(cancellationToken));
    }

    /// <summary>Gives the caller the end, which is known now.</summary>
    public async Task End(Answer answer)
    {
        await WriteHeld(exchange.Aborted);
        if (answer.Outcome is AnswerOutcome.Answered)
            await exchange.End(answer.Trailers, exchange.Aborted);
        else
            await exchange.BreakOff(answer.ByReset, exchange.Aborted);
    }

    /// <inheritdoc/>
    public void Dispose() => _held.Dispose();

    private async Task WriteHeld(CancellationToken cancellationToken)
    {
        if (_held.Length == 0)
            return;
        try
        {
            await Send(exchange.Write(_held.GetBuffer().AsMemory(0, (int)_held.Length), cancellationToken));
        }
        finally
        {
            // What a cancelled write left is not written twice.
            _held.SetLength(0);
        }
    }

    // Else it would pass for a failure of the callee, whose bytes are read around this.
    private static async Task Send(ValueTask sending)
    {
        try
        {
            await sending;
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            throw new CallerGoneException(error);
        }
    }

    private sealed class CallerGoneException(Exception inner) : Exception("The caller hung up.", inner);
}
