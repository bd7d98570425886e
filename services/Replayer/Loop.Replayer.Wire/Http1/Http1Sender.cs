using System.Buffers;
using System.IO.Pipelines;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Requests;

namespace Loop.Replayer.Wire.Http1;

/// <summary>
/// Sends one request over one new connection, byte for byte as it is given, and reads the answer while it sends: a server may answer before it has everything.
/// </summary>
internal sealed class Http1Sender
{
    private const int BufferBytes = 64 * 1024;

    private readonly WireRequest _request;
    private readonly IRelayedCall? _relay;
    private readonly int _bodyLimitBytes;
    private readonly TimeProvider _time;
    private readonly bool _isChunked;
    private readonly ArrayBufferWriter<byte> _start = new();
    private readonly ArrayBufferWriter<byte> _end = new();
    private readonly ArrayBufferWriter<byte> _body = new();
    private Task<int> _reading = Task.FromResult(0);
    private bool _isTruncated;

    /// <summary>Makes what frames the request, so that nothing is connected for one that cannot be sent.</summary>
    /// <param name="request">What is sent.</param>
    /// <param name="bodyLimitBytes">Bytes kept of the answer's body; it is marked truncated when there are more, which only a relay goes on to read.</param>
    /// <param name="relay">Gets the answer as it comes; null for none. It gives no request of its own.</param>
    /// <param name="time">For pauses of the answer.</param>
    /// <exception cref="ArgumentException">The request frames another body than it has, or holds what would end a line.</exception>
    public Http1Sender(WireRequest request, int bodyLimitBytes, IRelayedCall? relay, TimeProvider time)
    {
        if (relay is { Gives: true })
            throw new ArgumentException("Messages are given one by one over HTTP/2 alone.", nameof(relay));
        (_request, _bodyLimitBytes, _relay, _time) = (request, bodyLimitBytes, relay, time);
        RequestFraming framing = RequestFraming.Of(request);
        _isChunked = framing.IsChunked;
        MessageWriter.Request(_start, request.Method, request.Path, framing.Fields);
        if (_isChunked)
            MessageWriter.LastChunk(_end, request.Trailers);
    }

    /// <summary>Sends and reads. What is known of the answer is in the result, also when it ended early; its duration is the caller's.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before an answer's head came.</exception>
    /// <exception cref="NotHttpException">What came is no answer.</exception>
    /// <exception cref="IOException">The connection ended, or was reset, before an answer's head came.</exception>
    public async Task<Answer> Send(Stream connection, CancellationToken cancellationToken)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task sending = Write(connection, ending.Token);
        PipeReader input = PipeReader.Create(connection, new StreamPipeReaderOptions(bufferSize: BufferBytes, leaveOpen: true));
        try
        {
            AnswerHead head = await ReadHead(input, cancellationToken);
            return await ReadBody(head, new BodyReader(input, BodyFraming.Of(head, _request.Method)), ending.Token);
        }
        finally
        {
            await ending.CancelAsync();
            await Observe(sending);
            // A relay may have failed while it was under way; its buffer must not be given back before.
            await Observe(_reading);
            await input.CompleteAsync();
        }
    }

    private static async Task<AnswerHead> ReadHead(PipeReader input, CancellationToken cancellationToken)
    {
        while (true)
        {
            AnswerHead head = await HeadReader.Answer(input, cancellationToken) ?? throw new EndOfStreamException("The connection ended before an answer.");
            if (head.Status == 101)
                throw new NotHttpException("101 Switching Protocols to a request that asked for none");
            // 100 Continue and 103 Early Hints announce an answer; they are none.
            if (!head.IsInterim)
                return head;
        }
    }

    // Who answers early may not take the rest of the request: that is no failure of the answer.
    private static async Task Observe(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException || OutcomeReader.IsExpected(error))
        {
            // Told by the answer, or by its absence.
        }
    }

    private async Task<Answer> ReadBody(AnswerHead head, BodyReader reader, CancellationToken cancellationToken)
    {
        AnswerOutcome outcome = AnswerOutcome.Answered;
        string? detail = null;
        bool byReset = false;
        try
        {
            if (_relay is not null)
                await _relay.Begin(head.Status, head.Fields, cancellationToken);
            await Copy(reader, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            outcome = AnswerOutcome.BodyTimedOut;
        }
        catch (Exception error) when (OutcomeReader.IsExpected(error))
        {
            (outcome, detail) = OutcomeReader.WithinBody(error);
            byReset = OutcomeReader.IsReset(error);
        }

        return new Answer
        {
            Outcome = outcome,
            Status = head.Status,
            Headers = head.Fields,
            Trailers = reader.Trailers,
            Body = _body.WrittenMemory,
            BodyTruncated = _isTruncated,
            Detail = detail,
            ByReset = byReset,
        };
    }

    private async Task Copy(BodyReader reader, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferBytes];
        int count;
        while ((count = await Next(reader, buffer, cancellationToken)) > 0)
        {
            int room = _bodyLimitBytes - _body.WrittenCount;
            _body.Write(buffer.AsSpan(0, Math.Min(count, room)));
            _isTruncated |= count > room;
            if (_relay is not null)
                await _relay.Pass(buffer.AsMemory(0, count), cancellationToken);
            else if (_isTruncated)
                break;
        }
    }

    private async ValueTask<int> Next(BodyReader reader, byte[] buffer, CancellationToken cancellationToken)
    {
        ValueTask<int> next = reader.Read(buffer, cancellationToken);
        if (_relay is null || next.IsCompleted)
            return await next;
        _reading = next.AsTask();
        await Task.WhenAny(_reading, Task.Delay(_relay.HoldBack, _time, cancellationToken));
        if (!_reading.IsCompleted)
            await _relay.Stall(cancellationToken);
        return await _reading;
    }

    private async Task Write(Stream connection, CancellationToken cancellationToken)
    {
        PipeWriter output = PipeWriter.Create(connection, new StreamPipeWriterOptions(leaveOpen: true));
        output.Write(_start.WrittenSpan);
        for (ReadOnlyMemory<byte> rest = _request.Body; !rest.IsEmpty;)
        {
            ReadOnlyMemory<byte> piece = rest[..Math.Min(rest.Length, BufferBytes)];
            rest = rest[piece.Length..];
            if (_isChunked)
                MessageWriter.Chunk(output, piece.Span);
            else
                output.Write(piece.Span);
            if (!rest.IsEmpty)
                await output.FlushAsync(cancellationToken);
        }

        output.Write(_end.WrittenSpan);
        await output.FlushAsync(cancellationToken);
    }
}
