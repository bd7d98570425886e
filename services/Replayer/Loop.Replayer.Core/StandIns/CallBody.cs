using System.Buffers.Binary;
using System.Text;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Streams;

namespace Loop.Replayer.Core.StandIns;

/// <summary>A request's body in the form in which equal contents are equal bytes.</summary>
/// <param name="Kind">How it was read.</param>
/// <param name="Normalised">The bytes that are compared.</param>
public sealed record CallBody(CallBodyKind Kind, ReadOnlyMemory<byte> Normalised)
{
    // In front of what was kept: the size of the whole.
    internal const int SizeBytes = sizeof(long);

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>More than this is not held in memory, and not read by its media type.</summary>
    public const int MostReadBytes = 8 * 1024 * 1024;

    /// <summary>No byte.</summary>
    public static readonly CallBody Empty = new(CallBodyKind.Empty, ReadOnlyMemory<byte>.Empty);

    /// <summary>Undoes the content encoding, then reads it by its media type. What cannot be read counts byte for byte.</summary>
    public static CallBody Of(Message request, Func<string, string> mask)
    {
        if (request.Body.IsEmpty)
            return Empty;
        if (GrpcFrames.AreIn(request.MediaType) && GrpcFrames.LengthOf(request.Body.Span) is { } first && first <= request.Body.Length)
            return new CallBody(CallBodyKind.FirstMessage, request.Body[..(int)first]);
        if (request.Part.Body.Truncated)
            return new CallBody(CallBodyKind.Beginning, Beginning(request));
        if (IsLarge(request.Body.Length))
            return new CallBody(CallBodyKind.Large, request.Body);
        byte[] bytes = ContentDecoding.Decode(request.Body, request.Part.Header("content-encoding")) ?? request.Body.ToArray();
        if (JsonTree.IsJson(request.MediaType) && JsonNormaliser.TryNormalise(bytes, mask, out byte[] json))
            return new CallBody(CallBodyKind.Json, json);
        if (request.MediaType == "multipart/form-data" && MultipartNormaliser.TryNormalise(bytes, request.Part.Header("content-type")!, out byte[] parts))
            return new CallBody(CallBodyKind.Multipart, parts);
        return IsText(request.MediaType) && Text(bytes) is { } text
            ? new CallBody(CallBodyKind.Text, Encoding.UTF8.GetBytes(mask(text)))
            : new CallBody(CallBodyKind.Bytes, bytes);
    }

    /// <summary>True for a body that counts byte for byte, whatever it is.</summary>
    public static bool IsLarge(long sizeBytes) => sizeBytes > MostReadBytes;

    private static byte[] Beginning(Message request)
    {
        byte[] bytes = new byte[SizeBytes + request.Body.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, request.Part.Body.SizeBytes);
        request.Body.Span.CopyTo(bytes.AsSpan(SizeBytes));
        return bytes;
    }

    private static bool IsText(string? mediaType) =>
        mediaType is "application/x-www-form-urlencoded" or "application/xml" || mediaType?.StartsWith("text/", StringComparison.Ordinal) == true
        || mediaType?.EndsWith("+xml", StringComparison.Ordinal) == true;

    private static string? Text(byte[] bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}

/// <summary>How a request's body was read for matching.</summary>
public enum CallBodyKind
{
    /// <summary>There is none.</summary>
    Empty,

    /// <summary>JSON: whitespace and the order of members do not count; numbers count as written.</summary>
    Json,

    /// <summary>Multipart form: the boundary does not count.</summary>
    Multipart,

    /// <summary>Text: run ids are masked.</summary>
    Text,

    /// <summary>Byte for byte.</summary>
    Bytes,

    /// <summary>gRPC: the first message byte for byte. The others follow in lockstep (<see cref="StreamedRequest"/>).</summary>
    FirstMessage,

    /// <summary>Too large to be read: byte for byte as it crossed the wire, in its content encoding.</summary>
    Large,

    /// <summary>Not kept in full: the size, then byte for byte what was kept.</summary>
    Beginning,
}
