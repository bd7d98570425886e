using System.IO.Compression;
using System.Text;
using Loop.Contracts.Exchanges;
using ZstdSharp;

namespace Loop.Replayer.Sandbox.Tests.StandIns.Adversarial;

/// <summary>The awkward calls by name.</summary>
internal static class MessageCases
{
    private static readonly HeaderField Json = new("content-type", "application/json");
    private static readonly HeaderField Grpc = new("content-type", "application/grpc");

    public static IReadOnlyDictionary<string, MessageCase> All { get; } = new Dictionary<string, MessageCase>
    {
        ["gzip"] = Packed("gzip", bytes => Pack(bytes, stream => new GZipStream(stream, CompressionLevel.Fastest)), bytes => Pack(bytes, stream => new GZipStream(stream, CompressionLevel.NoCompression))),
        ["br"] = Packed("br", bytes => Pack(bytes, stream => new BrotliStream(stream, CompressionLevel.Fastest)), bytes => Pack(bytes, stream => new BrotliStream(stream, CompressionLevel.NoCompression))),
        ["zstd"] = Packed("zstd", bytes => Pack(bytes, stream => new CompressionStream(stream, 1)), bytes => Pack(bytes, stream => new CompressionStream(stream, 19))),
        ["HEAD"] = new() { Method = "HEAD", Target = "/thing?v=2", AnswerBody = [], AnswerHeaders = [new("content-length", "70000"), new("etag", "\"v2\"")], PromisedLength = 70000 },
        ["304 with an ETag"] = new() { Method = "GET", Headers = [new("x-declared", "2")], Status = 304, AnswerBody = [], AnswerHeaders = [new("etag", "\"v2\""), new("cache-control", "max-age=5")] },
        ["204"] = new() { Method = "DELETE", DecoyTarget = "/other", Status = 204, AnswerBody = [] },
        ["205"] = new() { DecoyTarget = "/other", Status = 205, AnswerBody = [] },
        ["301"] = Redirect(301),
        ["302"] = Redirect(302),
        ["303"] = Redirect(303),
        ["307"] = Redirect(307),
        ["308"] = Redirect(308),
        ["duplicate headers of the answer"] = new()
        {
            DecoyTarget = "/other",
            AnswerHeaders = [new("set-cookie", "a=1; Path=/"), new("set-cookie", "b=2"), new("x-many", ""), new("x-many", "2, 3"), new("x-many", "4")],
        },
        ["declared headers in any order"] = new() { Headers = [new("x-declared", "1"), new("accept-language", "de")], DecoyHeaders = [new("x-declared", "1"), new("accept-language", "fr")] },
        ["header bytes that are no UTF-8"] = new() { Headers = [new("x-declared", "caf\u00e9\u00ff")], DecoyHeaders = [new("x-declared", "caf\u00e9\u00fe")], AnswerHeaders = [new("x-bytes", "\u00e9\u00ff\u0080 caf\u00c3\u00a9")] },
        ["tab in a header"] = new() { DecoyTarget = "/other", AnswerHeaders = [new("x-tab", "a\tb")] },
        ["empty body"] = new() { DecoyBody = "{}"u8.ToArray(), Sent = () => new ByteArrayContent([]), AnswerBody = [] },
        ["missing body"] = new() { DecoyBody = " "u8.ToArray(), AnswerBody = [] },
        ["query in another order"] = new() { Method = "GET", Target = "/thing?b=2&a=1", DecoyTarget = "/thing?a=1&b=2" },
        ["empty query"] = new() { Method = "GET", Target = "/thing?", DecoyTarget = "/thing" },
        ["encoded path"] = new() { Method = "GET", Target = "/a%2Fb/../c%2f?q=%41+%20", DecoyTarget = "/a%2fb/../c%2f?q=%41+%20" },
        ["double slash"] = new() { Method = "GET", Target = "//thing//", DecoyTarget = "/thing/" },
        ["a head of 40 KiB"] = new() { Method = "GET", Target = $"/thing?{new string('q', 20_000)}2", DecoyTarget = $"/thing?{new string('q', 20_000)}1", Headers = [new("x-declared", new string('h', 20_000))] },
        ["200 headers"] = new() { Headers = [.. Enumerable.Range(0, 200).Select(index => new HeaderField($"x-{index}", "v")), new("x-declared", "2")], AnswerHeaders = [.. Enumerable.Range(0, 200).Select(index => new HeaderField($"x-{index}", "v"))] },
        ["100-continue"] = new() { ExpectsContinue = true, Body = Bytes(100_000, 2), DecoyBody = Bytes(100_000, 1) },
        ["chunked with pauses"] = new() { Body = Bytes(5_000, 2), DecoyBody = Bytes(5_000, 1), Sent = () => new PausingContent(Bytes(5_000, 2), pieces: 5), AnswerHeaders = [new("transfer-encoding", "chunked")] },
        ["1 MiB"] = new() { Body = Bytes(1 << 20, 2), DecoyBody = Bytes(1 << 20, 1), AnswerBody = Bytes(1 << 20, 3) },
        ["JSON numbers as written"] = new() { Headers = [Json], DecoyHeaders = [Json], Body = """{"a":12.50}"""u8.ToArray(), DecoyBody = """{"a":12.5}"""u8.ToArray(), Sent = () => Text("""{ "a" : 12.50 }""") },
        ["JSON duplicate keys"] = new() { Headers = [Json], DecoyHeaders = [Json], Body = """{"a":1,"a":2}"""u8.ToArray(), DecoyBody = """{"a":2,"a":1}"""u8.ToArray() },
    };

    /// <summary>Those of HTTP/2 alone.</summary>
    public static IReadOnlyDictionary<string, MessageCase> OfGrpc { get; } = new Dictionary<string, MessageCase>
    {
        ["unary"] = new() { Headers = [Grpc], DecoyHeaders = [Grpc], Body = [0, 0, 0, 0, 2, 8, 2], DecoyBody = [0, 0, 0, 0, 2, 8, 1], AnswerHeaders = [Grpc], AnswerBody = [0, 0, 0, 0, 2, 8, 9], AnswerTrailers = [new("grpc-status", "0")] },
        ["failed after a message"] = new() { Headers = [Grpc], DecoyHeaders = [Grpc], Body = [0, 0, 0, 0, 1, 2], DecoyBody = [0, 0, 0, 0, 1, 1], AnswerHeaders = [Grpc], AnswerBody = [0, 0, 0, 0, 0], AnswerTrailers = [new("grpc-status", "14"), new("grpc-message", "caf%C3%A9"), new("x-empty", ""), new("x-bin", "AAE"), new("x-bin", "AAI")] },
        ["headers alone"] = new() { Headers = [Grpc], DecoyHeaders = [Grpc], Body = [0, 0, 0, 0, 1, 2], DecoyBody = [0, 0, 0, 0, 1, 1], AnswerHeaders = [Grpc, new("grpc-status", "5")], AnswerBody = [] },
    };

    public static byte[] Bytes(int count, byte first)
    {
        byte[] bytes = new byte[count];
        for (int index = 1; index < count; index++)
            bytes[index] = (byte)(index * 31);
        bytes[^1] = first;
        return bytes;
    }

    private static ByteArrayContent Text(string text) => new(Encoding.UTF8.GetBytes(text));

    private static MessageCase Redirect(int status) => new() { Target = "/thing?v=2", DecoyTarget = "/thing?v=1", Status = status, AnswerHeaders = [new("location", "http://elsewhere.example/next?a=1#part")], AnswerBody = "moved"u8.ToArray() };

    // The same content, packed by another compressor than the recorded one.
    private static MessageCase Packed(string encoding, Func<byte[], byte[]> recorder, Func<byte[], byte[]> replayed)
    {
        string filler = new('x', 2000);
        byte[] content = Encoding.UTF8.GetBytes($$"""{"filler":"{{filler}}","n":2}""");
        HeaderField[] headers = [Json, new("content-encoding", encoding)];
        Assert.NotEqual(recorder(content), replayed(content));
        return new MessageCase
        {
            Headers = headers,
            DecoyHeaders = headers,
            Body = recorder(content),
            DecoyBody = recorder(Encoding.UTF8.GetBytes($$"""{"filler":"{{filler}}","n":1}""")),
            Sent = () => new ByteArrayContent(replayed(content)),
            AnswerHeaders = headers,
            AnswerBody = recorder(content),
        };
    }

    private static byte[] Pack(byte[] bytes, Func<Stream, Stream> packer)
    {
        using MemoryStream packed = new();
        using (Stream stream = packer(packed))
            stream.Write(bytes);
        return packed.ToArray();
    }
}
