using Google.Protobuf;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Exchanges;
using Loop.Protocols.Exchanges.V1;
using Loop.Store.Core.Blobs;
using Loop.Store.Core.Packs.Heads;

namespace Loop.Store.Core.Packs;

/// <summary>
/// Heads of a segment, each with the numbers of its bodies in the index (0 for none). Hashes lie in the index alone: they are random bytes, which nothing
/// compresses. Version 1 is a row of messages, the later ones are <see cref="HeadColumns"/>.
/// </summary>
internal static class SegmentHeads
{
    /// <summary>A head without its hashes.</summary>
    public static HeadRow Row(Exchange exchange, int requestBody, int responseBody)
    {
        ExchangeHead head = ExchangeCodec.Encode(exchange);
        if (head.Request is { } request)
            request.BodySha256 = ByteString.Empty;
        if (head.Response is { } response)
            response.BodySha256 = ByteString.Empty;
        return new HeadRow(head, requestBody, responseBody);
    }

    /// <summary>The bytes of version 1.</summary>
    public static byte[] WriteMessages(IReadOnlyList<HeadRow> rows)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        foreach (HeadRow row in rows)
        {
            writer.Write7BitEncodedInt(row.RequestBody);
            writer.Write7BitEncodedInt(row.ResponseBody);
            writer.Flush();
            row.Head.WriteDelimitedTo(stream);
        }

        return stream.ToArray();
    }

    /// <summary>All heads of a segment.</summary>
    /// <param name="blob">For the fault.</param>
    /// <param name="index">The segment's.</param>
    /// <param name="lastBlock">Its last block, raw.</param>
    public static Exchange[] Read(string blob, SegmentIndex index, byte[] lastBlock)
    {
        try
        {
            ReadOnlyMemory<byte> bytes = lastBlock.AsMemory(0, index.HeadSizeBytes);
            IReadOnlyList<HeadRow> rows = index.Version == PackFormat.ArrivalVersion ? ReadMessages(bytes, index.ExchangeCount) : HeadColumns.Read(bytes, index.ExchangeCount, index.SizeOf, hasChunks: index.Version == PackFormat.ChunkedVersion);
            return [.. rows.Select(row => Exchange(row, index))];
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidDataException or EndOfStreamException or FormatException or ArgumentException
            or InvalidOperationException or OverflowException)
        {
            throw new BlobDamagedException(blob, $"a head cannot be decoded ({exception.Message})");
        }
    }

    private static HeadRow[] ReadMessages(ReadOnlyMemory<byte> bytes, int count)
    {
        using var stream = new MemoryStream(bytes.ToArray(), writable: false);
        using var reader = new BinaryReader(stream);
        var rows = new HeadRow[count];
        for (int ordinal = 0; ordinal < rows.Length; ordinal++)
        {
            int requestBody = reader.Read7BitEncodedInt();
            int responseBody = reader.Read7BitEncodedInt();
            rows[ordinal] = new HeadRow(ExchangeHead.Parser.ParseDelimitedFrom(stream), requestBody, responseBody);
        }

        return stream.Position == bytes.Length ? rows : throw new InvalidDataException("bytes are left behind its last head");
    }

    private static Exchange Exchange(HeadRow row, SegmentIndex index)
    {
        SetBody(row.Head.Request, index, row.RequestBody);
        SetBody(row.Head.Response, index, row.ResponseBody);
        return ExchangeCodec.Decode(row.Head);
    }

    private static void SetBody(MessagePart? part, SegmentIndex index, int number)
    {
        if (number == 0)
            return;
        if (part is null || number < 0 || number > index.Bodies.Count)
            throw new InvalidDataException($"it names body {number}, which is not in the index");
        part.BodySha256 = ByteString.CopyFrom(Convert.FromHexString(index.Bodies[number - 1].Sha256));
    }
}
