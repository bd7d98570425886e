using System.Buffers;
using Loop.Capture.Core.Decoding;
using Loop.Capture.Core.Intake;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Tests.Decoding;

/// <summary>An intake that keeps the parts of every exchange and decodes them, with the simplest rules of how an exchange ended.</summary>
internal sealed class ReplayedShard : IIntakeShard
{
    public static readonly DateTimeOffset At = new(2026, 11, 23, 8, 30, 0, TimeSpan.Zero);

    public List<ReplayedExchange> Exchanges { get; } = [];

    public bool ShedsAll { get; set; }

    public static ExchangeSource Source(CaptureInput input = CaptureInput.ExternalProcessor, string? traceParent = null) =>
        new(input, ExchangeView.Unknown, "shop", "default", "node/1", traceParent);

    public IExchangeWriter? Begin(in ExchangeSource source, DateTimeOffset arrivedAt)
    {
        if (ShedsAll)
            return null;
        var exchange = new ReplayedExchange(source, arrivedAt, Exchanges.Count + 1);
        Exchanges.Add(exchange);
        return exchange;
    }

    public void RecordAccessLog(in ExchangeSource source, in ReadOnlySequence<byte> entry, DateTimeOffset arrivedAt) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}

internal sealed class ReplayedExchange(ExchangeSource source, DateTimeOffset arrivedAt, int sequence) : IExchangeWriter
{
    private readonly List<RecordedPart> _parts = [];
    private readonly bool[] _ended = new bool[2];
    private readonly long[] _sizes = new long[2];
    private readonly bool[] _truncated = new bool[2];
    private bool _isInexact;
    private DateTimeOffset? _endedAt;

    public CloseReason? Closed { get; private set; }

    public bool IsResponseEnded => _ended[1];

    public PartScan Scan { get; } = new();

    public IReadOnlyList<RecordedPart> Parts => _parts;

    public CapturedExchange Decode()
    {
        bool hasRequest = _parts.Any(part => part.Kind is PartKind.RequestHeaders);
        ExchangeEnd end = Scan.IsUpgrade ? ExchangeEnd.Upgraded
            : !_ended[1] ? ExchangeEnd.BrokenOff
            : hasRequest && !_ended[0] ? ExchangeEnd.RequestIncomplete
            : ExchangeEnd.Complete;
        var facts = new RecordFacts
        {
            Id = new ExchangeId("node", 1, sequence),
            Source = source,
            FirstArrivalAt = arrivedAt,
            EndedAt = _endedAt,
            RequestBodySize = _sizes[0],
            ResponseBodySize = _sizes[1],
            RequestTruncated = _truncated[0],
            ResponseTruncated = _truncated[1],
            Inexact = _isInexact,
            End = end,
            BrokenOffBy = end == ExchangeEnd.BrokenOff ? BrokenOffBy.Unknown : BrokenOffBy.None,
        };
        return ExchangeDecoder.Decode(facts, _parts);
    }

    public void Headers(MessageDirection direction, in ReadOnlySequence<byte> headerMap, bool endOfStream, DateTimeOffset at)
    {
        Scan.ScanHeaders(direction, headerMap);
        Add(PartKind.RequestHeaders, direction, headerMap, endOfStream, at);
    }

    public void Body(MessageDirection direction, in ReadOnlySequence<byte> chunk, bool endOfStream, bool truncated, DateTimeOffset at)
    {
        _sizes[(int)direction] += chunk.Length;
        _truncated[(int)direction] |= truncated;
        Add(PartKind.RequestBody, direction, chunk, endOfStream, at);
    }

    public void Trailers(MessageDirection direction, in ReadOnlySequence<byte> headerMap, DateTimeOffset at)
    {
        Scan.ScanTrailers(direction, headerMap);
        Add(PartKind.RequestTrailers, direction, headerMap, endOfStream: true, at);
    }

    public void Attributes(MessageDirection direction, in ReadOnlySequence<byte> attributes)
    {
        Scan.ScanAttributes(direction, attributes);
        _parts.Add(new RecordedPart(
            direction == MessageDirection.Request ? PartKind.RequestAttributes : PartKind.ResponseAttributes, arrivedAt, false, Copy(attributes)));
    }

    public void Connections(in ReadOnlySequence<byte> connections, DateTimeOffset at) => _parts.Add(new RecordedPart(PartKind.TapConnections, at, false, Copy(connections)));

    public void MarkInexact() => _isInexact = true;

    public void Close(CloseReason reason, DateTimeOffset at) => Closed ??= reason;

    private void Add(PartKind ofRequest, MessageDirection direction, in ReadOnlySequence<byte> payload, bool endOfStream, DateTimeOffset at)
    {
        if (Closed is not null)
            throw new InvalidOperationException("Written to after it was closed.");
        _ended[(int)direction] |= endOfStream;
        if (_ended[1])
            _endedAt ??= at;
        _parts.Add(new RecordedPart((PartKind)((int)ofRequest + (3 * (int)direction)), at, endOfStream, Copy(payload)));
    }

    private static ReadOnlySequence<byte> Copy(in ReadOnlySequence<byte> bytes) => new(bytes.ToArray());
}
