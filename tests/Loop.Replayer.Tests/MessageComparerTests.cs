using System.IO.Compression;
using System.Text;
using CsCheck;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests;

public sealed class MessageComparerTests
{
    [Theory]
    [InlineData("""{"a":1,"b":2}""", """{ "b": 2, "a": 1 }""", null)]
    [InlineData("""{"a":1.10}""", """{"a":1.1}""", "body $.a")]
    [InlineData("""{"a":12345678901234567890}""", """{"a":12345678901234567891}""", "body $.a")]
    [InlineData("""{"items":[{"total":1},{"total":2},{"total":3}]}""", """{"items":[{"total":1},{"total":2},{"total":4}]}""", "body $.items[2].total")]
    [InlineData("""[1,2]""", """[2,1]""", "body $[0]")]
    [InlineData("""{"a":1,"a":2}""", """{"a":1,"a":3}""", "body $.a (occurrence 2)")]
    [InlineData("""{"a":1,"a":2}""", """{"a":2}""", "body $.a")]
    [InlineData("""{"a":null}""", """{}""", "body $.a")]
    [InlineData("""{"a b":1}""", """{"a b":2}""", "body $['a b']")]
    [InlineData("""{"a":"x"}""", """{"a":"\u0078"}""", null)]
    [InlineData("""{"a":"\ud800"}""", """{"a":"\ud801"}""", "body $.a")]
    [InlineData("""{"a":"\ud800"}""", """{"a":"\"\\ud800\""}""", "body $.a")]
    [InlineData("""{"a":1}""", "not json", "body line 1")]
    [InlineData("""{"a":1}""", "", "body line 1")]
    public void Json_FirstDifference_HasItsPath(string recorded, string replayed, string? place)
    {
        MessageComparison comparison = Compare(Response(recorded), Response(replayed));
        Assert.Equal(place, comparison.Divergences.Count == 0 ? null : comparison.Divergences[0].Place);
    }

    [Fact]
    public void Json_ExtraMember_IsADifferenceWithoutRecordedValue() =>
        Assert.Equal([new Divergence("entry", "body $.b", null, "2")], Compare(Response("""{"a":1}"""), Response("""{"a":1,"b":2}""")).Divergences);

    [Theory]
    [InlineData(100, null, null)]
    [InlineData(99, null, "not kept in full; the first 8 bytes are compared")]
    [InlineData(9_000_000, null, null)]
    [InlineData(8_999_999, "body", null)]
    public void Body_ToldByItsHash_IsEqualOrNot(int changedAt, string? differs, string? ignored)
    {
        int size = changedAt <= 100 ? 100 : 9_000_000;
        byte[] recorded = new byte[size];
        byte[] replayed = [.. recorded];
        if (changedAt < size)
            replayed[changedAt] = 1;
        HttpMessagePart part = Part(new BodyInfo { SizeBytes = size, KeptBytes = size });
        Message told = new(Part(new BodyInfo { SizeBytes = size, KeptBytes = 8, Truncated = true }), replayed.AsMemory(0, 8)) { WholeSha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(replayed)) };

        MessageComparison comparison = MessageComparer.Requests("entry", new Message(part, recorded), told, RunMask.None);

        Assert.Equal(differs is null ? [] : [$"request {differs}"], comparison.Divergences.Select(divergence => divergence.Place));
        Assert.Equal(ignored is not null, comparison.Ignored.Any(line => line.Contains(ignored ?? "not kept", StringComparison.Ordinal)));
    }

    [Fact]
    public void Text_ComparesByLine() => Assert.Equal(
        [new Divergence("entry", "body line 2", "b", "x"), new Divergence("entry", "body line 3", null, "c")],
        Compare(Response("a\nb", "text/plain"), Response("a\nx\nc", "text/plain")).Divergences);

    [Fact]
    public void Binary_ComparesByHash()
    {
        Divergence divergence = Assert.Single(Compare(Response("ab", "image/png"), Response("abc", "image/png")).Divergences);
        Assert.Equal("body", divergence.Place);
        Assert.StartsWith("3 bytes, sha256 ba7816bf", divergence.Replayed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    public void ContentEncoding_IsUndone(string encoding)
    {
        Message fast = Response(Pack("""{"a":1}""", encoding, CompressionLevel.Fastest), encoding);
        Assert.Empty(Compare(fast, Response(Pack("""{ "a": 1 }""", encoding, CompressionLevel.SmallestSize), encoding)).Divergences);
        Assert.Equal("body $.a", Assert.Single(Compare(fast, Response(Pack("""{"a":2}""", encoding, CompressionLevel.Fastest), encoding)).Divergences).Place);
    }

    [Fact]
    public void UnknownEncoding_IsComparedAsItCame()
    {
        MessageComparison comparison = Compare(Response("abc"u8.ToArray(), "compress"), Response("abd"u8.ToArray(), "compress"));
        Assert.NotEmpty(comparison.Divergences);
        Assert.Contains(comparison.Ignored, line => line.StartsWith("content-encoding compress", StringComparison.Ordinal));
    }

    [Fact]
    public void VolatileHeaders_AreIgnoredAndNamed()
    {
        Message recorded = Response("{}", headers: [new("date", "a"), new("server", "envoy"), new("x-envoy-upstream-service-time", "3"), new("etag", "1"), new("x-kept", "1")]);
        Message replayed = Response("{}", headers: [new("date", "b"), new("x-kept", "2"), new("content-length", "2")]);
        MessageComparison comparison = Compare(recorded, replayed);
        Assert.Equal([new Divergence("entry", "header x-kept", "1", "2")], comparison.Divergences);
        Assert.Equal(["header date", "header server", "header x-envoy-upstream-service-time", "header etag", "header content-length"], comparison.Ignored.Select(line => line.Split(':')[0]));
    }

    [Fact]
    public void SetCookie_ComparesNamesAlone()
    {
        Message recorded = Response("{}", headers: [new("set-cookie", "sid=loop:1"), new("set-cookie", "theme=loop:2")]);
        Assert.Empty(Compare(recorded, Response("{}", headers: [new("set-cookie", "theme=loop:9"), new("set-cookie", "sid=loop:8")])).Divergences);
        Assert.Equal("header set-cookie", Assert.Single(Compare(recorded, Response("{}", headers: [new("set-cookie", "sid=loop:8")])).Divergences).Place);
    }

    [Fact]
    public void OwnTraceIds_InTheBody_ArePutOnOneLevel()
    {
        const string replayTrace = "11111111111111111111111111111111";
        RunMask mask = RunMask.Over([TraceKey.FromTraceId(Recording.TraceId)!.Value, TraceKey.FromTraceId(replayTrace)!.Value]);
        Message recorded = Response($$"""{"traceId":"00-{{Recording.TraceId}}-b7ad6b7169203331-01"}""");
        Assert.Empty(MessageComparer.Responses("entry", recorded, Response($$"""{"traceId":"00-{{replayTrace}}-aaaaaaaaaaaaaaaa-00"}"""), mask).Divergences);
        Assert.NotEmpty(MessageComparer.Responses("entry", recorded, Response("""{"traceId":"00-22222222222222222222222222222222-aaaaaaaaaaaaaaaa-00"}"""), mask).Divergences);
    }

    [Theory]
    [InlineData("2026-11-01T12:00:00.050Z", "2026-11-20T08:00:00.1Z", true)]
    [InlineData("2026-11-01T13:00:00.050+01:00", "2026-11-20 08:00:00", true)]
    [InlineData("2026-11-01T12:00:00.050Z", "2026-11-20T07:00:00Z", false)]
    [InlineData("2026-11-01T11:00:00Z", "2026-11-20T08:00:00Z", false)]
    [InlineData("2026-11-01", "2026-11-20", false)]
    public void OwnClock_InTheBody_IsMaskedWithinItsRunOnly(string recorded, string replayed, bool equal)
    {
        DateTimeOffset replayStart = new(2026, 11, 20, 8, 0, 0, TimeSpan.Zero);
        RunMask mask = RunMask.None.During((Recording.Start, Recording.Start.AddMilliseconds(100)), (replayStart, replayStart.AddMilliseconds(100)));
        MessageComparison comparison = MessageComparer.Responses("entry", Response($$"""{"at":"{{recorded}}"}"""), Response($$"""{"at":"{{replayed}}"}"""), mask);
        Assert.Equal(equal, comparison.Divergences.Count == 0);
        Assert.Equal(equal, comparison.Ignored.Any(line => line.StartsWith("time of the answer", StringComparison.Ordinal)));
    }

    [Fact]
    public void TruncatedBody_ComparesTheCommonPrefix()
    {
        Message cut = Response("abc", "text/plain");
        cut = cut with { Part = cut.Part with { Body = cut.Part.Body with { Truncated = true, SizeBytes = 6 } } };
        Assert.Empty(Compare(cut, Response("abcdef", "text/plain")).Divergences);
        Assert.Equal("body", Assert.Single(Compare(cut, Response("abXdef", "text/plain")).Divergences).Place);
    }

    [Fact]
    public void GrpcStatusAndMessage_AreCompared()
    {
        Message recorded = Response("", "application/grpc", trailers: [new("grpc-status", "13"), new("grpc-message", "null card")]);
        Message replayed = Response("", "application/grpc", trailers: [new("grpc-status", "2"), new("grpc-message", "other")]);
        Assert.Equal(["grpc-status", "trailer grpc-message"], Compare(recorded, replayed).Divergences.Select(divergence => divergence.Place));
    }

    [Fact]
    public void DeepJson_IsComparedAsText()
    {
        string deep = new string('[', 5000) + new string(']', 5000);
        Assert.Equal("body line 1", Assert.Single(Compare(Response(deep), Response(deep + " ")).Divergences).Place);
    }

    [Fact]
    public void AnyBody_AgainstItself_IsEqual() => Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[0, 2].Select(choice => choice == 0 ? "application/json" : choice == 1 ? "text/plain" : "application/octet-stream")).Sample((body, type) =>
        Assert.Empty(Compare(Response(body, null, type), Response(body, null, type)).Divergences));

    [Fact]
    public void AnyBinary_AgainstAnother_Differs() => Gen.Select(Gen.Byte.Array[0, 50], Gen.Byte.Array[0, 50]).Where((one, two) => !one.SequenceEqual(two)).Sample((one, two) =>
        Assert.NotEmpty(Compare(Response(one, null, "image/png"), Response(two, null, "image/png")).Divergences));

    private static MessageComparison Compare(Message recorded, Message replayed) => MessageComparer.Responses("entry", recorded, replayed, RunMask.None);

    private static Message Response(string body, string contentType = "application/json", HeaderField[]? headers = null, HeaderField[]? trailers = null) =>
        Response(Encoding.UTF8.GetBytes(body), null, contentType, headers, trailers);

    private static Message Response(byte[] body, string? encoding, string contentType = "application/json", HeaderField[]? headers = null, HeaderField[]? trailers = null)
    {
        List<HeaderField> all = [new(":status", "500"), new("content-type", contentType), .. headers ?? []];
        if (encoding is not null)
            all.Add(new HeaderField("content-encoding", encoding));
        return new Message(new HttpMessagePart { Headers = all, Body = new Recording().Keep(body), Trailers = trailers ?? [] }, body);
    }

    private static byte[] Pack(string text, string encoding, CompressionLevel level)
    {
        using MemoryStream target = new();
        using (Stream packer = encoding switch
        {
            "gzip" => new GZipStream(target, level),
            "br" => new BrotliStream(target, level),
            "zstd" => new ZstdSharp.CompressionStream(target, level is CompressionLevel.Fastest ? 1 : 19),
            _ => new ZLibStream(target, level),
        })
            packer.Write(Encoding.UTF8.GetBytes(text));
        return target.ToArray();
    }

    private static HttpMessagePart Part(BodyInfo body) => new() { Headers = [], Body = body };
}
