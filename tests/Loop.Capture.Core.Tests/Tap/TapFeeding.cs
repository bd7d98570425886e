using System.Buffers;
using Google.Protobuf;
using Loop.Capture.Core.Tap;
using Loop.Protocols.Envoy.Data.Tap.V3;

namespace Loop.Capture.Core.Tests.Tap;

internal static class TapFeeding
{
    /// <summary>Feeds a message as Google's serialiser writes it.</summary>
    public static TapFeedResult Feed(this TapTraceFeeder feeder, TraceWrapper trace, DateTimeOffset at) => feeder.Feed(new ReadOnlySequence<byte>(trace.ToByteArray()), at);
}
