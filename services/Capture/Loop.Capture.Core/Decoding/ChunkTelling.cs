using System.Buffers.Binary;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Decoding;

/// <summary>Says whether the chunks of an exchange are worth being kept: for most, request and answer came in one go each, and nothing is to be told.</summary>
internal static class ChunkTelling
{
    // gRPC over HTTP/2, Length-Prefixed-Message: one byte of flags, four of length.
    private const int PrefixBytes = 5;

    public static bool IsWorthIt(HttpMessagePart? request, IReadOnlyList<BodyChunk> sent, ReadOnlyMemory<byte> body, IReadOnlyList<BodyChunk> received) =>
        request is not null && (sent.Count > 1 || received.Count > 1 || (IsGrpc(request) && HasMessages(body.Span)));

    private static bool IsGrpc(HttpMessagePart request) => request.Header("content-type")?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    // More than one: a stream, also where all of it came at once.
    private static bool HasMessages(ReadOnlySpan<byte> body) =>
        body.Length > PrefixBytes && BinaryPrimitives.ReadUInt32BigEndian(body[1..]) is var length && length < body.Length - PrefixBytes;
}
