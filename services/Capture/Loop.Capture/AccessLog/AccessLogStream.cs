using System.Buffers;
using Google.Protobuf;
using Loop.Capture.Core.Intake;
using Loop.Capture.Diagnostics;
using Loop.Capture.Sources;
using Loop.Capture.Wire;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Service.Accesslog.V3;

namespace Loop.Capture.AccessLog;

/// <summary>One stream of access-log entries. The identifier comes with its first message only and holds for all that follow.</summary>
internal sealed class AccessLogStream(
    IExchangeIntake intake, IIntakeShard shard, NamedSource source, CaptureInstruments instruments, TimeProvider time) : IGrpcMessageHandler
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
                ReadIdentifier(walker.Bytes);
            else if (walker.Field == HttpLogsField)
                Record(walker.Bytes);
            else if (walker.Field == TcpLogsField)
                instruments.OnUnsupported(CaptureInput.AccessLog);
        }

        if (walker.IsMalformed)
            OnMalformed("a StreamAccessLogsMessage cannot be decoded");
        return true;
    }

    /// <inheritdoc/>
    public bool OnOversized(long lengthBytes, in ReadOnlySequence<byte> start)
    {
        instruments.OnRefused(RefusalReason.Oversized);
        OnMalformed($"a StreamAccessLogsMessage of {lengthBytes} bytes is over the limit");
        return true;
    }

    /// <summary>Counts and logs bytes that make no sense. The stream goes on: its framing is whole, and a new one would lose what comes meanwhile.</summary>
    public void OnMalformed(string detail)
    {
        instruments.OnMalformed(CaptureInput.AccessLog);
        intake.OnMalformed(CaptureInput.AccessLog, detail);
    }

    private void ReadIdentifier(in ReadOnlySequence<byte> bytes)
    {
        try
        {
            var identifier = StreamAccessLogsMessage.Types.Identifier.Parser.ParseFrom(bytes);
            _source = source.With(identifier.LogName, identifier.Node?.Cluster);
        }
        catch (InvalidProtocolBufferException damaged)
        {
            OnMalformed($"an access log's identifier cannot be decoded: {damaged.Message}");
        }
    }

    private void Record(in ReadOnlySequence<byte> entries)
    {
        DateTimeOffset now = time.GetUtcNow();
        var walker = new ProtobufWalker(entries);
        while (walker.Next())
        {
            if (walker.Field != LogEntryField || !walker.IsBytes)
                continue;
            instruments.OnReceived(CaptureInput.AccessLog);
            shard.RecordAccessLog(_source, walker.Bytes, now);
        }

        if (walker.IsMalformed)
            OnMalformed("a list of access-log entries cannot be decoded");
    }
}
