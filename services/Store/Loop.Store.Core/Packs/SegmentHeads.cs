using Google.Protobuf;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Exchanges;
using Loop.Protocols.Exchanges.V1;
using Loop.Store.Core.Blobs;

namespace Loop.Store.Core.Packs;

/// <summary>
/// Heads in a block: for each the numbers of its bodies in the index (0 for none), then its protobuf. Hashes lie in the index alone: they are random bytes,
/// which nothing compresses.
/// </summary>
internal static class SegmentHeads
{
    /// <summary>Writes a head.</summary>
    public static void Write(Stream target, Exchange exchange, int requestBody, int responseBody)
    {
        ExchangeHead head = ExchangeCodec.Encode(exchange);
        if (head.Request is { } request)
            request.BodySha256 = ByteString.Empty;
        if (head.Response is { } response)
            response.BodySha256 = ByteString.Empty;
        using var writer = new BinaryWriter(target, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write7BitEncodedInt(requestBody);
        writer.Write7BitEncodedInt(responseBody);
        writer.Flush();
        head.WriteDelimitedTo(target);
    }

    /// <summary>All heads of a segment.</summary>
    /// <param name="blob">For the fault.</param>
    /// <param name="index">The segment's.</param>
    /// <param name="lastBlock">Its last block, raw.</param>
    public static Exchange[] Read(string blob, SegmentIndex index, byte[] lastBlock)
    {
        try
        {
            using var stream = new MemoryStream(lastBlock, 0, index.HeadSizeBytes, writable: false);
            using var reader = new BinaryReader(stream);
            var heads = new Exchange[index.ExchangeCount];
            for (int ordinal = 0; ordinal < heads.Length; ordinal++)
            {
                int requestBody = reader.Read7BitEncodedInt();
                int responseBody = reader.Read7BitEncodedInt();
                ExchangeHead head = ExchangeHead.Parser.ParseDelimitedFrom(stream);
                SetBody(head.Request, index, requestBody);
                SetBody(head.Response, index, responseBody);
                heads[ordinal] = ExchangeCodec.Decode(head);
            }

            return stream.Position == index.HeadSizeBytes ? heads : throw new BlobDamagedException(blob, "bytes are left behind its last head");
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidDataException or EndOfStreamException or FormatException or ArgumentException)
        {
            throw new BlobDamagedException(blob, $"a head cannot be decoded ({exception.Message})");
        }
    }

    private static void SetBody(MessagePart? part, SegmentIndex index, int number)
    {
        if (number == 0)
            return;
        if (part is null || number > index.Bodies.Count)
            throw new InvalidDataException($"it names body {number}, which is not in the index");
        part.BodySha256 = ByteString.CopyFrom(Convert.FromHexString(index.Bodies[number - 1].Sha256));
    }
}
