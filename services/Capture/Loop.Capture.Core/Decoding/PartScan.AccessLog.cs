using System.Buffers;

namespace Loop.Capture.Core.Decoding;

/// <content>The walk over an <c>envoy.data.accesslog.v3.HTTPAccessLogEntry</c>; the field numbers are those of its proto.</content>
public sealed partial class PartScan
{
    private const int ConnectMethod = 6;
    private const int LogTypeField = 33;

    // Envoy before 1.27, and other proxies, do not say: they log only ends.
    private const int LogTypeNotSet = 0;
    private const int LogTypeDownstreamEnd = 6;
    private ulong _logType;

    /// <summary>
    /// True when an access-log entry was written at the end of its exchange. Envoy can log one several times: when it starts, every so often while it lasts, when its
    /// tunnel stands, when a try of it ends. Such an entry tells nothing that the last one does not, and knows no end.
    /// </summary>
    public bool IsLoggedAtEnd => _logType is LogTypeNotSet or LogTypeDownstreamEnd;

    /// <summary>Reads a serialised access-log entry.</summary>
    public void ScanAccessLog(in ReadOnlySequence<byte> entry)
    {
        using var bytes = new ContiguousBytes(entry);
        var fields = new WireWalker(bytes.Span);
        while (fields.Next())
        {
            if (!fields.IsBytes)
                continue;
            if (fields.Field == 1)
                ScanCommon(fields.Bytes);
            else if (fields.Field == 3)
                ScanLoggedRequest(fields.Bytes);
            else if (fields.Field == 4)
                ScanLoggedResponse(fields.Bytes);
        }

        IsMalformed |= fields.IsMalformed;
    }

    private void ScanCommon(ReadOnlySpan<byte> common)
    {
        var fields = new WireWalker(common);
        while (fields.Next())
        {
            if (fields.Field == 2 && fields.IsBytes)
                ScanAddress(fields.Bytes);
            else if (fields.Field == 20 && fields.IsBytes && _downstreamRemoteLength == 0)
                ScanAddress(fields.Bytes);
            else if (fields.Field == 16 && fields.IsBytes)
                ScanFlags(fields.Bytes);
            else if (fields.Field == LogTypeField && !fields.IsBytes)
                _logType = fields.Number;
        }

        IsMalformed |= fields.IsMalformed;
    }

    private void ScanAddress(ReadOnlySpan<byte> address)
    {
        IsMalformed |= !AddressText.TryRead(address, out ReadOnlySpan<byte> text, out ulong? port);
        SetDownstreamRemote(text, port);
    }

    private void ScanFlags(ReadOnlySpan<byte> flags)
    {
        var fields = new WireWalker(flags);
        while (fields.Next())
        {
            if (!fields.IsBytes && fields.Number != 0)
                ResponseFlags |= ResponseFlagNames.BitOf(fields.Field);
        }

        IsMalformed |= fields.IsMalformed;
    }

    private void ScanLoggedRequest(ReadOnlySpan<byte> request)
    {
        var fields = new WireWalker(request);
        while (fields.Next())
        {
            if (fields.Field == 1 && !fields.IsBytes)
                _isConnect = fields.Number == ConnectMethod;
            else if (fields.Field == 9 && fields.IsBytes)
                AddRequestId(fields.Bytes);
            else if (fields.Field == 13 && fields.IsBytes && TryReadMapEntry(fields.Bytes, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
                OnRequestHeader(name, value);
        }

        IsMalformed |= fields.IsMalformed;
    }

    private void ScanLoggedResponse(ReadOnlySpan<byte> response)
    {
        _hasRequest = true;
        var fields = new WireWalker(response);
        while (fields.Next())
        {
            if (!fields.IsBytes)
                continue;
            if (fields.Field == 1)
                ScanStatus(fields.Bytes);
            else if (fields.Field == 4 && TryReadMapEntry(fields.Bytes, out ReadOnlySpan<byte> header, out ReadOnlySpan<byte> value))
                OnHeader(Intake.MessageDirection.Response, header, value);
            else if (fields.Field == 5 && TryReadMapEntry(fields.Bytes, out ReadOnlySpan<byte> trailer, out value))
                OnResponseTrailer(trailer, value);
        }

        IsMalformed |= fields.IsMalformed;
    }

    private void ScanStatus(ReadOnlySpan<byte> wrapped)
    {
        var fields = new WireWalker(wrapped);
        while (fields.Next())
        {
            if (fields.Field == 1 && !fields.IsBytes)
                Status = fields.Number <= 999 ? (int)fields.Number : 0;
        }

        IsMalformed |= fields.IsMalformed;
    }

    private bool TryReadMapEntry(ReadOnlySpan<byte> entry, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = value = default;
        var fields = new WireWalker(entry);
        while (fields.Next())
        {
            if (fields.IsBytes && fields.Field == 1)
                name = fields.Bytes;
            else if (fields.IsBytes && fields.Field == 2)
                value = fields.Bytes;
        }

        IsMalformed |= fields.IsMalformed;
        return !fields.IsMalformed;
    }
}
