using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Streams;
using Loop.Replayer.Wire;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Plays the caller of a gRPC stream: each message goes out when as many answers were heard as before it in the recording.</summary>
internal sealed class DrivenStream : IRelayedCall, IDisposable
{
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _messages;
    private readonly IReadOnlyList<int> _after;
    private readonly SemaphoreSlim _heard = new(0);
    private readonly byte[] _prefix = new byte[GrpcFrames.PrefixBytes];
    private int _prefixBytes;
    private long _left;

    /// <param name="body">The whole request.</param>
    /// <param name="after">For each message of it the answers that were heard before.</param>
    public DrivenStream(ReadOnlyMemory<byte> body, IReadOnlyList<int> after)
    {
        _messages = GrpcFrames.Split(body, out _);
        _after = after;
    }

    /// <inheritdoc/>
    public bool Gives => true;

    /// <inheritdoc/>
    public TimeSpan HoldBack => TimeSpan.Zero;

    /// <inheritdoc/>
    public async Task Give(Stream callee, CancellationToken cancellationToken)
    {
        int heard = 0;
        for (int index = 0; index < _messages.Count; index++)
        {
            for (; heard < _after[index]; heard++)
                await _heard.WaitAsync(cancellationToken);
            await callee.WriteAsync(_messages[index], cancellationToken);
            await callee.FlushAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask Begin(int status, IReadOnlyList<HeaderField> headers, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask Pass(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        ReadOnlySpan<byte> rest = bytes.Span;
        while (rest.Length > 0)
        {
            if (_prefixBytes < _prefix.Length)
            {
                int count = Math.Min(rest.Length, _prefix.Length - _prefixBytes);
                rest[..count].CopyTo(_prefix.AsSpan(_prefixBytes));
                rest = rest[count..];
                _prefixBytes += count;
                if (_prefixBytes < _prefix.Length)
                    break;
                _left = GrpcFrames.LengthOf(_prefix)!.Value - GrpcFrames.PrefixBytes;
            }

            int taken = (int)Math.Min(_left, rest.Length);
            rest = rest[taken..];
            _left -= taken;
            if (_left > 0)
                break;
            _prefixBytes = 0;
            _heard.Release();
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask Stall(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _heard.Dispose();
}
