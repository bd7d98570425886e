using System.Buffers;
using Loop.Capture.Core.Decoding;
using Loop.Capture.Core.Intake;
using Loop.Capture.Diagnostics;
using Loop.Capture.Sources;
using Loop.Capture.Wire;

namespace Loop.Capture.AccessLog;

/// <summary>
/// One stream of access-log entries. The identifier comes with its first message only and holds for all that follow. A damaged message does not end the stream:
/// its framing is whole, and a new one would lose what comes meanwhile.
/// </summary>
internal sealed class AccessLogStream(IIntakeShard shard, NamedSource source, InputCounts counts, TimeProvider time) : IGrpcMessageHandler
{
    private const int IdentifierField = 1;
    private const int HttpLogsField = 2;
    private const int TcpLogsField = 3;
    private const int LogEntryField = 1;

    private ExchangeSource _source = source.Unnamed;

    /// <inheritdoc/>
    public bool OnMessage(in ReadOnlySequence<byte> message)
    {
        var walker = new ProtobufWalker(message);
        while (walker.Next())
        {
            if (!walker.IsBytes)
                continue;
            if (walker.Field == IdentifierField)
                Identify(walker.Bytes);
            else if (walker.Field == HttpLogsField)
                Record(walker.Bytes);
            else if (walker.Field == TcpLogsField)
                counts.Unsupported();
        }

        if (walker.IsMalformed)
            counts.Malformed("a StreamAccessLogsMessage cannot be decoded");
        return true;
    }

    /// <inheritdoc/>
    public bool OnOversized(long lengthBytes, in ReadOnlySequence<byte> start)
    {
        counts.Oversized("a StreamAccessLogsMessage", lengthBytes);
        return true;
    }

    private void Identify(in ReadOnlySequence<byte> identifier)
    {
        if (source.TryIdentify(identifier, out ExchangeSource named))
            _source = named;
        else
            counts.Malformed("an access log's identifier cannot be decoded");
    }

    private void Record(in ReadOnlySequence<byte> entries)
    {
        DateTimeOffset now = time.GetUtcNow();
        var walker = new ProtobufWalker(entries);
        while (walker.Next())
        {
            if (walker.Field != LogEntryField || !walker.IsBytes)
                continue;
            counts.Received();
            shard.RecordAccessLog(_source, walker.Bytes, now);
        }

        if (walker.IsMalformed)
            counts.Malformed("a list of access-log entries cannot be decoded");
    }
}
