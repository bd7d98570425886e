using System.Buffers;
using System.IO.Pipelines;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Wire.Http1;

namespace Loop.Replayer.Agent.StandIns.Http1;

/// <summary>One request of HTTP/1.1 and its answer, byte for byte.</summary>
internal sealed class Http1Exchange : ICallExchange
{
    // Less than this waits for more, so that head and body of a small answer leave together.
    private const int FlushBytes = 16 * 1024;
    private const int PieceBytes = 64 * 1024;

    private readonly CallerConnection _connection;
    private readonly RequestHead _head;
    private readonly BodyReader _body;
    private readonly bool _endsConnection;
    private bool _waitsForContinue;
    private AnswerFraming? _answer;
    private long _written;
    private int _unflushed;
    private bool _holdsBytes;
    private DateTimeOffset _sentAt;

    /// <exception cref="NotHttpException">The request cannot be read in one way alone.</exception>
    public Http1Exchange(CallerConnection connection, OutgoingCall call, RequestHead head)
    {
        _connection = connection;
        Connection = call;
        _head = head;
        RequestForm form = RequestForm.Of(head);
        Authority = form.Authority;
        Target = form.Target;
        _waitsForContinue = form.WaitsForContinue;
        _endsConnection = form.EndsConnection;
        _body = new BodyReader(connection.Input, BodyFraming.Of(head));
    }

    /// <inheritdoc/>
    public OutgoingCall Connection { get; }

    /// <inheritdoc/>
    public bool IsHttp2 => false;

    /// <inheritdoc/>
    public string Method => _head.Method;

    /// <inheritdoc/>
    public string Target { get; }

    /// <inheritdoc/>
    public string Authority { get; }

    /// <inheritdoc/>
    public IEnumerable<HeaderField> Headers => _head.Fields.Where(static one => one.Name != "host");

    /// <inheritdoc/>
    public IReadOnlyList<HeaderField> Trailers => _body.Trailers;

    /// <inheritdoc/>
    public CancellationToken Aborted => _connection.Closed;

    /// <inheritdoc/>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>True when another request may follow: the body was read to its end, and the answer ended as its head promised.</summary>
    public bool KeepsConnection { get; private set; }

    private PipeWriter Output => _connection.Output;

    /// <inheritdoc/>
    public async ValueTask<int> Read(Memory<byte> into, CancellationToken cancellationToken)
    {
        if (_waitsForContinue && !_body.IsEnded)
        {
            // RFC 9110 §10.1.1. Envoy does the same, and takes the field away.
            _waitsForContinue = false;
            MessageWriter.Answer(Output, 100, []);
            await Output.FlushAsync(cancellationToken);
        }

        return await _body.Read(into, cancellationToken);
    }

    /// <inheritdoc/>
    public void Begin(AnswerStart start)
    {
        AnswerFraming answer = AnswerFraming.Of(start, Method, _head.MinorVersion, _endsConnection);
        _answer = answer;
        MessageWriter.Answer(Output, start.Status, answer.Fields);
        _holdsBytes = true;
    }

    /// <inheritdoc/>
    public async ValueTask Write(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        AnswerFraming answer = Answer();
        if (answer.End is BodyEnd.None)
            return;
        _written += bytes.Length;
        if (answer.End is BodyEnd.Chunked)
        {
            await WriteChunks(bytes, cancellationToken);
            return;
        }

        if (bytes.Length + _unflushed >= FlushBytes)
        {
            await SendPieces(bytes, cancellationToken);
            return;
        }

        Output.Write(bytes.Span);
        _unflushed += bytes.Length;
        _holdsBytes = true;
    }

    /// <inheritdoc/>
    public async ValueTask Flush(CancellationToken cancellationToken)
    {
        _unflushed = 0;
        if (_holdsBytes)
            _sentAt = _connection.Now;
        _holdsBytes = false;
        await Output.FlushAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask End(IReadOnlyList<HeaderField> trailers, CancellationToken cancellationToken)
    {
        AnswerFraming answer = Answer();
        if (answer.End is BodyEnd.Chunked)
        {
            MessageWriter.LastChunk(Output, trailers);
            _holdsBytes = true;
        }

        await Flush(cancellationToken);
        // The end of a connection comes behind its last bytes.
        EndedAt = answer.End is BodyEnd.Connection ? _connection.Now : _sentAt;
        // An answer that is longer or shorter than it says goes out so; nothing that follows it could be read.
        bool isAsPromised = answer.End is not BodyEnd.Length || answer.Promised == _written;
        KeepsConnection = !answer.EndsConnection && isAsPromised && _body.IsEnded;
    }

    /// <inheritdoc/>
    public async ValueTask BreakOff(bool byReset, CancellationToken cancellationToken)
    {
        await Flush(cancellationToken);
        EndedAt = _connection.Now;
        if (!byReset)
            return;
        await _connection.WaitUntilTaken(cancellationToken);
        Reset();
    }

    /// <inheritdoc/>
    public void Reset()
    {
        EndedAt = _connection.Now;
        _connection.Reset();
    }

    // A large body leaves over a time: what counts is when its last bytes did.
    private async ValueTask SendPieces(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _unflushed = 0;
        _holdsBytes = false;
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, PieceBytes);
            _sentAt = _connection.Now;
            await _connection.Send(bytes[..count], cancellationToken);
            bytes = bytes[count..];
        }
    }

    private async ValueTask WriteChunks(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, PieceBytes);
            MessageWriter.Chunk(Output, bytes.Span[..count]);
            _unflushed += count;
            _holdsBytes = true;
            bytes = bytes[count..];
            if (_unflushed >= FlushBytes)
                await Flush(cancellationToken);
        }
    }

    private AnswerFraming Answer() => _answer ?? throw new InvalidOperationException("An answer begins with its head.");
}
