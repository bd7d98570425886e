using System.Buffers;
using Loop.Capture.Core.Decoding;
using Loop.Capture.Core.Intake;
using Loop.Capture.Diagnostics;
using Loop.Capture.Sources;
using Loop.Capture.Wire;

namespace Loop.Capture.Tap;

/// <summary>
/// One stream of pushed taps. Envoy's and Gloo's messages differ in the number of the field that holds the trace, and in the identifier. A damaged message does
/// not end the stream: the next one is read.
/// </summary>
internal sealed class TapStream(IIntakeShard shard, NamedSource source, TapStreamFields fields, InputCounts counts, TimeProvider time)
    : IGrpcMessageHandler, IDisposable
{
    private TapInlet? _inlet;

    /// <inheritdoc/>
    public bool OnMessage(in ReadOnlySequence<byte> message)
    {
        var walker = new ProtobufWalker(message);
        while (walker.Next())
        {
            if (!walker.IsBytes)
                continue;
            if (walker.Field == fields.Trace)
                Inlet(source.Unnamed).Feed(walker.Bytes);
            else if (walker.Field == fields.Identifier)
                Identify(walker.Bytes);
        }

        if (walker.IsMalformed)
            counts.Malformed("a tap's message cannot be decoded");
        return true;
    }

    /// <inheritdoc/>
    public bool OnOversized(long lengthBytes, in ReadOnlySequence<byte> start)
    {
        counts.Oversized("a tap", lengthBytes);
        return true;
    }

    /// <summary>No more will come.</summary>
    public void Close(CloseReason reason) => _inlet?.Close(reason);

    /// <inheritdoc/>
    public void Dispose() => _inlet?.Dispose();

    private void Identify(in ReadOnlySequence<byte> identifier)
    {
        if (!source.TryIdentify(identifier, out ExchangeSource named))
            counts.Malformed("a tap's identifier cannot be decoded");
        else
            Inlet(named);
    }

    // The first identifier counts; a later one would tear exchanges in progress from their source.
    private TapInlet Inlet(ExchangeSource of) => _inlet ??= new TapInlet(shard, of, counts, time);
}

/// <summary>Where a message holds its identifier (0 = nowhere) and its trace.</summary>
internal readonly record struct TapStreamFields(int Identifier, int Trace);
