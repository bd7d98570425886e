using System.Buffers;
using Loop.Capture.Core.Intake;
using Loop.Capture.Diagnostics;
using Loop.Capture.Wire;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.ExtProc;

/// <summary>One side stream of ext_proc, which is one exchange. Called by its read loop alone.</summary>
internal sealed class ExternalProcessorStream(
    IIntakeShard shard, ExchangeSource source, ProcessingAnswers answers, InputCounts counts, TimeProvider time) : IGrpcMessageHandler
{
    private static readonly ReadOnlySequence<byte> NoBytes = ReadOnlySequence<byte>.Empty;

    private IExchangeWriter? _exchange;
    private bool _mustAnswer;
    private bool _hasBegun;

    /// <summary>True once the exchange is complete, whatever becomes of the stream.</summary>
    public bool IsResponseEnded => _exchange is { IsResponseEnded: true };

    /// <inheritdoc/>
    public bool OnMessage(in ReadOnlySequence<byte> message)
    {
        if (!ProcessingRequestParts.TryRead(message, out ProcessingRequestParts parts))
        {
            counts.Malformed("a ProcessingRequest cannot be decoded");
            return false;
        }

        _mustAnswer = !parts.ObservabilityMode;
        if (!Record(parts))
            return false;
        if (_mustAnswer && !answers.TryAnswer(parts.Part))
            return false;
        return !IsResponseEnded;
    }

    /// <inheritdoc/>
    public bool OnOversized(long lengthBytes, in ReadOnlySequence<byte> start)
    {
        ProcessingPart part = ProcessingRequestParts.Peek(start);
        if (part is ProcessingPart.RequestBody or ProcessingPart.ResponseBody)
        {
            counts.Refused(RefusalReason.Oversized);
            _exchange?.Body(Direction(part), NoBytes, endOfStream: false, truncated: true, time.GetUtcNow());
        }
        else
        {
            counts.Oversized("a ProcessingRequest", lengthBytes);
        }

        return part is not ProcessingPart.None && (!_mustAnswer || answers.TryAnswer(part));
    }

    /// <summary>The stream was reset. True when not even its first message was read: an exchange went by unseen, and the intake counts it.</summary>
    public bool OnReset()
    {
        if (_hasBegun)
            return false;
        _hasBegun = true;
        _exchange = shard.Begin(source, time.GetUtcNow());
        return true;
    }

    /// <summary>No more will come.</summary>
    public void Close(CloseReason reason) => _exchange?.Close(reason, time.GetUtcNow());

    private bool Record(in ProcessingRequestParts parts)
    {
        // A part that a newer Envoy invented cannot be answered by name either; ending the stream lets that Envoy go on by itself.
        if (parts.Part is ProcessingPart.None)
            return parts.ObservabilityMode;
        DateTimeOffset now = time.GetUtcNow();
        if (_exchange is null)
        {
            counts.Received();
            _hasBegun = true;
            _exchange = shard.Begin(source, now);
        }

        // Shed: no interest in the rest of this stream. An Envoy that waits goes on by itself when the stream ends with OK.
        if (_exchange is null)
            return false;
        MessageDirection direction = Direction(parts.Part);

        // Attributes first: they name the view and the time, and the part may be the last that the exchange takes.
        if (parts.HasAttributes)
            _exchange.Attributes(direction, parts.Attributes);
        Deliver(parts, direction, now);
        return true;
    }

    private void Deliver(in ProcessingRequestParts parts, MessageDirection direction, DateTimeOffset now)
    {
        switch (parts.Part)
        {
            case ProcessingPart.RequestHeaders or ProcessingPart.ResponseHeaders:
                _exchange!.Headers(direction, parts.Content, parts.EndOfStream, now);
                break;
            case ProcessingPart.RequestBody or ProcessingPart.ResponseBody:
                _exchange!.Body(direction, parts.Content, parts.EndOfStream, truncated: false, now);
                break;
            default:
                _exchange!.Trailers(direction, parts.Content, now);
                break;
        }
    }

    private static MessageDirection Direction(ProcessingPart part) =>
        part is ProcessingPart.RequestHeaders or ProcessingPart.RequestBody or ProcessingPart.RequestTrailers ? MessageDirection.Request : MessageDirection.Response;
}
