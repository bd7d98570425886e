using System.Buffers;
using Google.Protobuf;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Data.Tap.V3;

namespace Loop.Capture.Core.Decoding;

/// <summary>The two connections of an <c>envoy.data.tap.v3.HttpBufferedTrace</c>, as a message of that kind with nothing else in it.</summary>
internal static class TapConnections
{
    /// <summary>Field of the downstream connection.</summary>
    public const int FirstField = 3;

    /// <summary>Field of the upstream connection.</summary>
    public const int LastField = 4;

    // A connection holds addresses, an address a socket's or a pipe's: the fields 1 and 2 at both levels.
    private const int Levels = 2;
    private const int LastNestedField = 2;

    /// <summary>The four ends.</summary>
    /// <exception cref="InvalidDataException">It is not such a message.</exception>
    public static ExchangeEndpoints Decode(in ReadOnlySequence<byte> connections)
    {
        try
        {
            HttpBufferedTrace trace = HttpBufferedTrace.Parser.ParseFrom(connections);
            return new ExchangeEndpoints(
                AddressText.Of(trace.DownstreamConnection?.RemoteAddress),
                AddressText.Of(trace.DownstreamConnection?.LocalAddress),
                AddressText.Of(trace.UpstreamConnection?.LocalAddress),
                AddressText.Of(trace.UpstreamConnection?.RemoteAddress));
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidOperationException)
        {
            throw new InvalidDataException("A part that should be a tap's connections is not that.", exception);
        }
    }

    /// <summary>Whether one of the connections can be read; free of garbage.</summary>
    public static bool IsSound(in ReadOnlySequence<byte> connection)
    {
        using var bytes = new ContiguousBytes(connection);
        return IsSound(bytes.Span, Levels);
    }

    private static bool IsSound(ReadOnlySpan<byte> message, int levelsBelow)
    {
        var fields = new WireWalker(message);
        while (fields.Next())
        {
            if (levelsBelow > 0 && fields.IsBytes && fields.Field <= LastNestedField && !IsSound(fields.Bytes, levelsBelow - 1))
                return false;
        }

        return !fields.IsMalformed;
    }
}
