using System.Buffers;
using Google.Protobuf;
using Loop.Capture.Core.Intake;
using Loop.Capture.Diagnostics;
using Loop.Capture.Sources;
using Loop.Capture.Wire;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Data.Tap.V3;
using Loop.Protocols.Envoy.Service.Tap.V3;

namespace Loop.Capture.Tap;

/// <summary>One stream of pushed taps. Envoy's and Gloo's messages differ in the number of the field that holds the trace, and in the identifier.</summary>
internal sealed class TapStream(
    IExchangeIntake intake, IIntakeShard shard, CaptureInput input, NamedSource source, TapStreamFields fields, CaptureInstruments instruments, TimeProvider time)
    : IGrpcMessageHandler, IDisposable
{
    private TapInlet? _inlet;

    /// <inheritdoc/>
    public bool OnMessage(in ReadOnlySequence<byte> message)
    {
        var walker = new ProtobufWalker(message);
        try
        {
            while (walker.Next())
            {
                if (walker.Field == fields.Identifier && walker.IsBytes)
                    Identify(StreamTapsRequest.Types.Identifier.Parser.ParseFrom(walker.Bytes));
                else if (walker.Field == fields.Trace && walker.IsBytes)
                    Inlet(source.Unnamed).Feed(TraceWrapper.Parser.ParseFrom(walker.Bytes));
            }
        }
        catch (InvalidProtocolBufferException damaged)
        {
            OnMalformed($"a tap cannot be decoded: {damaged.Message}");
            return true;
        }

        if (walker.IsMalformed)
            OnMalformed("a tap's message cannot be decoded");
        return true;
    }

    /// <inheritdoc/>
    public bool OnOversized(long lengthBytes, in ReadOnlySequence<byte> start)
    {
        instruments.OnRefused(RefusalReason.Oversized);
        OnMalformed($"a tap of {lengthBytes} bytes is over the limit");
        return true;
    }

    /// <summary>Counts and logs bytes that make no sense; the stream goes on with its next message.</summary>
    public void OnMalformed(string detail)
    {
        instruments.OnMalformed(input);
        intake.OnMalformed(input, detail);
    }

    /// <summary>No more will come.</summary>
    public void Close(CloseReason reason) => _inlet?.Close(reason);

    /// <inheritdoc/>
    public void Dispose() => _inlet?.Dispose();

    private void Identify(StreamTapsRequest.Types.Identifier identifier)
    {
        // Only in the first message; a later one would tear exchanges in progress from their source.
        if (_inlet is null)
            Inlet(source.With(identifier.TapId, identifier.Node?.Cluster));
    }

    private TapInlet Inlet(ExchangeSource of) => _inlet ??= new TapInlet(shard, of, instruments, time);
}

/// <summary>Where a message holds its identifier (0 = nowhere) and its trace.</summary>
internal readonly record struct TapStreamFields(int Identifier, int Trace);
