using System.IO.Pipelines;
using System.Threading.Channels;
using Loop.Capture.Wire;

namespace Loop.Capture.ExtProc;

/// <summary>
/// Answers an Envoy that waits (<c>observability_mode: false</c>): every message gets the empty answer of its part, which changes nothing. Without it a
/// misconfigured Envoy would hold each production request for its message timeout. A pump of its own writes, so that a peer that does not read its
/// answers never holds the read loop.
/// </summary>
internal sealed class ProcessingAnswers(PipeWriter writer, TimeProvider time)
{
    /// <summary>Answers that may wait for the peer. Envoy waits for each before it goes on, so more than a few means that nobody reads.</summary>
    private const int MaximumWaiting = 256;

    private static readonly TimeSpan LastAnswersLimit = TimeSpan.FromSeconds(1);

    private readonly Channel<ProcessingPart> _waiting = Channel.CreateBounded<ProcessingPart>(
        new BoundedChannelOptions(MaximumWaiting) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });

    private Task? _pump;

    /// <summary>Queues the answer to a part; false when the peer does not read its answers.</summary>
    public bool TryAnswer(ProcessingPart part)
    {
        _pump ??= Pump();
        return _waiting.Writer.TryWrite(part);
    }

    /// <summary>Writes what is queued, for at most a second.</summary>
    public async ValueTask Complete()
    {
        _waiting.Writer.TryComplete();
        if (_pump is null)
            return;
        try
        {
            await _pump.WaitAsync(LastAnswersLimit, time);
        }
        catch (TimeoutException)
        {
            // The flush is pending on the peer's window; ending it here lets the RPC end.
            writer.CancelPendingFlush();
            await _pump;
        }
    }

    private async Task Pump()
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync())
            {
                while (_waiting.Reader.TryRead(out ProcessingPart part))
                    Write(part);
                FlushResult flushed = await writer.FlushAsync();
                if (flushed.IsCanceled || flushed.IsCompleted)
                    return;
            }
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException)
        {
            // The stream is gone, and with it whoever waited for these answers.
        }
    }

    private void Write(ProcessingPart part)
    {
        // ProcessingResponse's oneof has the same parts in the same order, one number lower; an empty submessage is a tag and a zero length.
        byte tag = (byte)((((int)part - 1) << 3) | 2);
        GrpcResponse.Write(writer, [tag, 0]);
    }
}
