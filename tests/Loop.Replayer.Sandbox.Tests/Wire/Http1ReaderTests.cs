using System.IO.Pipelines;
using System.Text;
using CsCheck;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Wire.Http1;

namespace Loop.Replayer.Sandbox.Tests.Wire;

/// <summary>The reader of HTTP/1.1 against bytes, cut anywhere.</summary>
public sealed class Http1ReaderTests
{
    private static readonly Gen<string> Token = Gen.String[Gen.Char["abcXYZ-_09"], 1, 12];
    private static readonly Gen<string> Value = Gen.String[Gen.Char["ab:, \t\u00e9\u00ff\u0080=;"], 0, 20];
    private static readonly Gen<HeaderField[]> Fields = Gen.Select(Token, Value, (name, value) => new HeaderField($"x{name}", value.Trim(' ', '\t'))).Array[0, 8];
    private static readonly Gen<byte[][]> Pieces = Gen.Byte.Array[1, 40].Array[0, 6];

    [Fact]
    public void ChunkedRequest_CutAnywhere_IsTheSameMessage() => Gen.Select(Fields, Pieces, Fields, Gen.Int[1, 9].Array[1, 60]).Sample(async (fields, pieces, trailers, cuts) =>
    {
        byte[] wire = Written(fields, pieces, trailers);

        (RequestHead head, byte[] body, IReadOnlyList<HeaderField> behind, RequestHead? next) = await Read([.. Cut(wire, cuts), "GET /next HTTP/1.1\r\nhost: b\r\n\r\n"u8.ToArray()]);

        Assert.Equal(("POST", "/caf\u00e9?a=%20"), (head.Method, head.Target));
        Assert.Equal([.. fields.Select(Lower), new HeaderField("transfer-encoding", "chunked")], head.Fields);
        Assert.Equal(pieces.SelectMany(piece => piece), body);
        Assert.Equal(trailers.Select(Lower), behind);
        // Not a byte too many was taken.
        Assert.Equal("/next", next?.Target);
    }, iter: 200);

    [Fact]
    public void AnyBytes_AreAMessageOrRefused_NeverAnythingElse() => Gen.OneOf(Gen.Byte.Array[0, 80], Gen.String[Gen.Char["GET /HTP1.\r\n: a0;5"], 0, 80].Select(Encoding.Latin1.GetBytes)).Sample(async bytes =>
    {
        try
        {
            await Read([bytes]);
        }
        catch (IOException)
        {
            // Refused, or cut off.
        }
    }, iter: 2000);

    [Theory]
    [InlineData("GET / HTTP/1.1\nhost: a\n\n")]
    [InlineData("GET / HTTP/1.1\r\nhost: a\nx: b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nhost: a\rb\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nhost: a\0b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nhost : a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nx: a\r\n folded\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nnothing\r\n\r\n")]
    [InlineData("GET  / HTTP/1.1\r\n\r\n")]
    [InlineData("GET /a b HTTP/1.1\r\n\r\n")]
    [InlineData("GET /\r\n\r\n")]
    [InlineData("GET / HTTP/2.0\r\n\r\n")]
    [InlineData("G\u00e9T / HTTP/1.1\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd")]
    [InlineData("POST / HTTP/1.1\r\ncontent-length: 3, 4\r\n\r\nabcd")]
    [InlineData("POST / HTTP/1.1\r\ncontent-length: +3\r\n\r\nabc")]
    [InlineData("POST / HTTP/1.1\r\ncontent-length: 0x3\r\n\r\nabc")]
    [InlineData("POST / HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\ntransfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n")]
    [InlineData("POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n\r\nabc\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n10000000000000003\r\nabc\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: a\nb: c\r\n\r\n")]
    public async Task Request_ThatTwoReadersCouldReadDifferently_IsRefused(string wire)
    {
        await Assert.ThrowsAsync<NotHttpException>(() => Read([Encoding.Latin1.GetBytes(wire)]));
        await Assert.ThrowsAsync<NotHttpException>(() => Read([.. Cut(Encoding.Latin1.GetBytes(wire), [1])]));
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nhost: a")]
    [InlineData("POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nab")]
    [InlineData("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n")]
    public Task Request_ThatEndsEarly_IsNotTakenForAWholeOne(string wire) => Assert.ThrowsAsync<EndOfStreamException>(() => Read([Encoding.Latin1.GetBytes(wire)]));

    [Fact]
    public void Chunks_BeforeBytesThatAreNone_AreGiven()
    {
        ChunkDecoder decoder = new();
        System.Buffers.ReadOnlySequence<byte> input = new("2\r\nok\r\nzz\r\n"u8.ToArray());
        byte[] output = new byte[10];

        Assert.Equal(2, decoder.Decode(ref input, output));
        Assert.Equal("ok"u8, output.AsSpan(0, 2));
        Assert.Throws<NotHttpException>(() => decoder.Decode(ref input, output));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n", 200)]
    [InlineData("HTTP/1.1 503\r\n", 503)]
    [InlineData("HTTP/1.0 299 what it said\r\n", 299)]
    public void StatusLine_IsRead(string line, int status) => Assert.Equal(status, HeadParser.Answer(Encoding.Latin1.GetBytes($"{line}x: y\r\n\r\n")).Status);

    [Theory]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2000\r\n\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 x\r\n\r\n")]
    [InlineData("ICY 200 OK\r\n\r\n")]
    public void StatusLine_OfAnotherForm_IsRefused(string head) => Assert.Throws<NotHttpException>(() => HeadParser.Answer(Encoding.Latin1.GetBytes(head)));

    private static HeaderField Lower(HeaderField field) => field with { Name = field.Name.ToLowerInvariant() };

    private static byte[] Written(HeaderField[] fields, byte[][] pieces, HeaderField[] trailers)
    {
        System.Buffers.ArrayBufferWriter<byte> wire = new();
        MessageWriter.Request(wire, "POST", "/caf\u00e9?a=%20", [.. fields, new HeaderField("Transfer-Encoding", "chunked")]);
        foreach (byte[] piece in pieces)
            MessageWriter.Chunk(wire, piece);
        MessageWriter.LastChunk(wire, trailers);
        return wire.WrittenSpan.ToArray();
    }

    private static IEnumerable<byte[]> Cut(byte[] wire, int[] cuts)
    {
        for (int at = 0, cut = 0; at < wire.Length; at += cuts[cut++ % cuts.Length])
            yield return wire[at..Math.Min(wire.Length, at + cuts[cut % cuts.Length])];
    }

    private static async Task<(RequestHead Head, byte[] Body, IReadOnlyList<HeaderField> Trailers, RequestHead? Next)> Read(IReadOnlyList<byte[]> pieces)
    {
        Pipe pipe = new(new PipeOptions(pauseWriterThreshold: 0));
        Task<(RequestHead, byte[], IReadOnlyList<HeaderField>, RequestHead?)> reading = Read(pipe.Reader);
        foreach (byte[] piece in pieces)
            await pipe.Writer.WriteAsync(piece);
        await pipe.Writer.CompleteAsync();
        return await reading;
    }

    private static async Task<(RequestHead, byte[], IReadOnlyList<HeaderField>, RequestHead?)> Read(PipeReader input)
    {
        RequestHead head = await HeadReader.Request(input, CancellationToken.None) ?? throw new EndOfStreamException();
        BodyReader body = new(input, BodyFraming.Of(head));
        using MemoryStream bytes = new();
        byte[] buffer = new byte[7];
        int count;
        while ((count = await body.Read(buffer, CancellationToken.None)) > 0)
            bytes.Write(buffer, 0, count);
        return (head, bytes.ToArray(), body.Trailers, await HeadReader.Request(input, CancellationToken.None));
    }
}
