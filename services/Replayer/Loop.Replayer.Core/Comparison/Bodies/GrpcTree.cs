using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Loop.Replayer.Core.Comparison;

/// <summary>
/// The messages of a gRPC body: one byte of flags, four of length, the message (gRPC over HTTP/2, Length-Prefixed-Message); of gRPC-Web also the
/// trailers, which come as a last frame.
/// </summary>
internal static class GrpcTree
{
    private const int HeaderSizeBytes = 5;
    private const byte Compressed = 0x01;
    private const byte WebTrailers = 0x80;

    public static BodyNode Read(BodySource source, NodeBudget budget)
    {
        bool isText = source.MediaType!.StartsWith("application/grpc-web-text", StringComparison.Ordinal);
        ReadOnlyMemory<byte> rest = isText ? FromBase64(source.Bytes) : source.Bytes;
        List<BodyNode> messages = [];
        while (rest.Length > 0)
        {
            budget.Spend(1);
            string step = BodyPlace.Item(messages.Count);
            if (rest.Length < HeaderSizeBytes || BinaryPrimitives.ReadUInt32BigEndian(rest.Span[1..]) is var size && size > rest.Length - HeaderSizeBytes)
            {
                messages.Add(new BodyNode { Key = step, Step = $"{step} (incomplete)", Type = "bytes", Value = LeafText.Bytes(rest.Span) });
                break;
            }

            messages.Add(Frame(source, step, rest.Span[0], rest.Slice(HeaderSizeBytes, (int)size), budget));
            rest = rest[(HeaderSizeBytes + (int)size)..];
        }

        return new BodyNode
        {
            Key = "message",
            Step = "message",
            Type = "messages",
            Children = messages,
            Show = () => string.Create(CultureInfo.InvariantCulture, $"{messages.Count} messages"),
        };
    }

    private static byte[] FromBase64(byte[] text)
    {
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64Chars(Encoding.Latin1.GetChars(text), bytes, out int written) ? bytes[..written] : throw new InvalidDataException("No base64.");
    }

    private static BodyNode Frame(BodySource source, string step, byte flags, ReadOnlyMemory<byte> payload, NodeBudget budget) => flags switch
    {
        0 => Message(source, step, payload.ToArray(), budget),
        Compressed when ContentDecoding.Decode(payload, source.GrpcEncoding ?? "unknown") is { } message => Message(source, step, message, budget),
        WebTrailers => LeafText.Leaf(step, $"{step} trailers", payload.Span),
        _ => new BodyNode { Key = step, Step = step, Type = string.Create(CultureInfo.InvariantCulture, $"bytes, flags {flags}"), Value = LeafText.Bytes(payload.Span) },
    };

    private static BodyNode Message(BodySource source, string step, byte[] message, NodeBudget budget)
    {
        if (source.MediaType!.EndsWith("+json", StringComparison.Ordinal))
            return JsonTree.Read(message, budget).At(step, step);
        return ProtobufTree.Read(step, message, source.Shape, budget);
    }
}
