using System.Buffers.Binary;

namespace Loop.Replayer.Core.Streams;

/// <summary>The messages of a gRPC body as they lie in it: one byte of flags, four of length, the message (gRPC over HTTP/2, Length-Prefixed-Message).</summary>
public static class GrpcFrames
{
    /// <summary>Bytes in front of each message.</summary>
    public const int PrefixBytes = 5;

    /// <summary>True for gRPC over HTTP/2, whose messages may stream in both directions; gRPC-Web asks with one message.</summary>
    public static bool AreIn(string? mediaType) =>
        mediaType is not null && mediaType.StartsWith("application/grpc", StringComparison.Ordinal) && !mediaType.StartsWith("application/grpc-web", StringComparison.Ordinal);

    /// <summary>The messages with what is in front of them.</summary>
    /// <param name="body">The body.</param>
    /// <param name="rest">Bytes behind the last whole message.</param>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> body, out ReadOnlyMemory<byte> rest)
    {
        List<ReadOnlyMemory<byte>> frames = [];
        rest = body;
        while (LengthOf(rest.Span) is { } length && length <= rest.Length)
        {
            frames.Add(rest[..(int)length]);
            rest = rest[(int)length..];
        }

        return frames;
    }

    /// <summary>Bytes of the message that begins here, with what is in front of it; null while that is not known.</summary>
    public static long? LengthOf(ReadOnlySpan<byte> bytes) => bytes.Length < PrefixBytes ? null : PrefixBytes + (long)BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]);
}
