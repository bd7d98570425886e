using System.Buffers;
using Loop.Capture.Core.Decoding;
using Loop.Capture.Core.Ring;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Intake;

/// <summary>
/// Writes one exchange into its record. An exchange for which there is no room goes on as a shed one: nothing is kept of it, but its keys are still read for the
/// journal, and its source still learns when the response ended.
/// </summary>
internal sealed class ExchangeWriter : IExchangeWriter
{
    private readonly ExchangeIntake _intake;

    // The record's own; it outlives the record's return to the reserve, where another exchange may share it for nothing worse than a short wait.
    private readonly Lock _gate;
    private RingRecord? _record;
    private PartScan? _scan;
    private bool _isShed;
    private bool _hasParts;
    private bool _requestBegan;
    private bool _requestEnded;
    private volatile bool _responseEnded;

    public ExchangeWriter(ExchangeIntake intake, RingRecord? record, in ExchangeSource source)
    {
        _intake = intake;
        _record = record;
        _gate = record?.Gate ?? new Lock();
        _scan = intake.Scans.Take();
        _scan.ScanTraceParent(source.SideStreamTraceParent);
        if (record is null)
            _isShed = true;
        else
            AddKeys(record);
    }

    public bool IsResponseEnded => _responseEnded;

    public void Headers(MessageDirection direction, in ReadOnlySequence<byte> headerMap, bool endOfStream, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (_scan is null)
                return;
            _requestBegan |= direction is MessageDirection.Request;
            _scan.ScanHeaders(direction, headerMap);
            KeepHead(direction, direction is MessageDirection.Request ? PartKind.RequestHeaders : PartKind.ResponseHeaders, headerMap, at);
            if (endOfStream)
                EndDirection(direction, at);
        }
    }

    public void Body(MessageDirection direction, in ReadOnlySequence<byte> chunk, bool endOfStream, bool truncated, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (_scan is null)
                return;
            _hasParts = true;
            _requestBegan |= direction is MessageDirection.Request;
            if (_record is { } record && (chunk.Length > 0 || truncated))
                KeepBody(record, direction, chunk, truncated, at);
            if (endOfStream)
                EndDirection(direction, at);
        }
    }

    public void Trailers(MessageDirection direction, in ReadOnlySequence<byte> headerMap, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (_scan is null)
                return;
            _scan.ScanTrailers(direction, headerMap);
            KeepHead(direction, direction is MessageDirection.Request ? PartKind.RequestTrailers : PartKind.ResponseTrailers, headerMap, at);
            EndDirection(direction, at);
        }
    }

    public void Attributes(MessageDirection direction, in ReadOnlySequence<byte> attributes)
    {
        lock (_gate)
        {
            if (_scan is null)
                return;
            _scan.ScanAttributes(direction, attributes);
            PartKind kind = direction is MessageDirection.Request ? PartKind.RequestAttributes : PartKind.ResponseAttributes;
            KeepHead(direction, kind, attributes, _intake.Now);
        }
    }

    public void Connections(in ReadOnlySequence<byte> connections, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (_scan is not null)
                KeepHead(MessageDirection.Request, PartKind.TapConnections, connections, at);
        }
    }

    public void MarkInexact()
    {
        lock (_gate)
        {
            if (_record is { } record)
                record.Inexact = true;
        }
    }

    public void Close(CloseReason reason, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (_scan is not { } scan)
                return;
            RingRecord? record = _record;
            (_scan, _record) = (null, null);
            if (record is not null && _hasParts && !_responseEnded && reason is CloseReason.CaptureEnded)
                _intake.OnCut(scan, at);
            if (record is not null && _hasParts)
                _intake.Ending.Close(record, scan, new WriterEnd(_requestEnded || !_requestBegan, _responseEnded, reason), at);
            else if (record is not null)
                DropEmpty(record, scan, reason, at);
            else if (_isShed)
                _intake.OnShed(scan, at);
            _intake.Scans.Return(scan);
        }
    }

    // Nothing of it was read. Where that is our fault, it is a gap like any other that we make.
    private void DropEmpty(RingRecord record, PartScan scan, CloseReason reason, DateTimeOffset at)
    {
        _intake.Drop(record);
        if (reason is CloseReason.CaptureEnded)
            _intake.OnShed(scan, at);
    }

    private void KeepHead(MessageDirection direction, PartKind kind, in ReadOnlySequence<byte> payload, DateTimeOffset at)
    {
        _hasParts = true;
        if (_record is not { } record)
            return;
        AddKeys(record);
        if (at < record.EarliestAt)
            record.EarliestAt = at;
        if (kind is not (PartKind.RequestAttributes or PartKind.ResponseAttributes or PartKind.TapConnections))
            record.Pace.Head(direction, at);
        // Without its headers an exchange means nothing: better a gap that the journal explains.
        if (!record.Log(direction).TryAppend(record, kind, at, payload, begins: true, out _))
            Shed(record);
    }

    private void KeepBody(RingRecord record, MessageDirection direction, in ReadOnlySequence<byte> chunk, bool truncated, DateTimeOffset at)
    {
        bool isRequest = direction is MessageDirection.Request;
        long kept = isRequest ? record.RequestKept : record.ResponseKept;
        bool isTruncated = isRequest ? record.RequestTruncated : record.ResponseTruncated;
        // A body that once stopped does not grow again: what is kept is its beginning, without holes.
        long room = isTruncated ? 0 : Math.Min(chunk.Length, _intake.Ring.BodyRoom(kept));
        int written = 0;
        bool begins = record.Pace.Begins(direction, ref at);
        if (room > 0)
            record.Log(direction).TryAppend(record, isRequest ? PartKind.RequestBody : PartKind.ResponseBody, at, chunk.Slice(0, room), begins, out written);
        isTruncated |= truncated || written < chunk.Length;
        if (isRequest)
            (record.RequestBodySize, record.RequestKept, record.RequestTruncated) = (record.RequestBodySize + chunk.Length, kept + written, isTruncated);
        else
            (record.ResponseBodySize, record.ResponseKept, record.ResponseTruncated) = (record.ResponseBodySize + chunk.Length, kept + written, isTruncated);
    }

    private void EndDirection(MessageDirection direction, DateTimeOffset at)
    {
        RingRecord? record = _record;
        record?.Log(direction).MarkEnd(record);
        if (direction is MessageDirection.Request)
        {
            _requestEnded = true;
            return;
        }

        _responseEnded = true;
        if (record is not null)
            record.EndedAt ??= at;
    }

    private void AddKeys(RingRecord record)
    {
        if (_scan!.KeyHashes.Length > record.KeyCount)
            _intake.Ring.Index.AddKeys(record, _scan.KeyHashes);
    }

    private void Shed(RingRecord record)
    {
        (_record, _isShed) = (null, true);
        _intake.Drop(record);
    }
}

/// <summary>What a writer knows when nothing more will come.</summary>
internal readonly record struct WriterEnd(bool RequestEnded, bool ResponseEnded, CloseReason Reason);
