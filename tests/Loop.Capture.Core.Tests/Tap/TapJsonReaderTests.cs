using System.Text;
using CsCheck;
using Loop.Capture.Core.Tap;
using Loop.Capture.Core.Tests.Decoding;
using Loop.Protocols.Envoy.Data.Tap.V3;
using Xunit;

namespace Loop.Capture.Core.Tests.Tap;

public sealed class TapJsonReaderTests
{
    [Theory]
    [InlineData("tap/admin-streaming.json")]
    [InlineData("tap/admin-streaming-streamed.json")]
    public void Append_CutAnywhere_GivesTheSameDocuments(string path)
    {
        byte[] bytes = Fixtures.Read(path);
        List<TapJsonDocument> expected = Read(bytes);
        Assert.True(expected.Count > 1);
        Assert.All(expected, document => Assert.Null(document.Error));

        Gen.Int[1, 3000].Array[1, 30].Sample(
            cuts =>
            {
                var reader = new TapJsonReader();
                int begin = 0;
                for (int index = 0; begin < bytes.Length; index++)
                {
                    int length = Math.Min(cuts[index % cuts.Length], bytes.Length - begin);
                    reader.Append(bytes.AsSpan(begin, length));
                    begin += length;
                }

                reader.Finish();
                Assert.Equal(expected, ReadAll(reader));
            },
            iter: 50);
    }

    [Fact]
    public void Append_ByteByByte_GivesTheSameDocuments()
    {
        byte[] bytes = Fixtures.Read("tap/admin-streaming.json");
        var reader = new TapJsonReader();
        foreach (byte one in bytes)
            reader.Append([one]);
        reader.Finish();

        Assert.Equal(Read(bytes), ReadAll(reader));
    }

    [Fact]
    public void Append_CamelCaseAndUnknownFields_IsRead()
    {
        TapJsonDocument document = Assert.Single(Read(
            """
            {"httpStreamedTraceSegment":{"traceId":18446744073709551615,"news":{"a":[1,{"b":null}]},
              "requestHeaders":{"headers":[{"key":":path","value":null,"rawValue":"LzwwPg"},{"key":"a","value":"\u00e9\ud83d\ude00\"\n"}]}},"configuredSampleRate":{"numerator":25}}
            """u8));

        Assert.Null(document.Error);
        HttpStreamedTraceSegment segment = document.Trace!.HttpStreamedTraceSegment;
        Assert.Equal(ulong.MaxValue, segment.TraceId);
        Assert.Equal("/<0>", segment.RequestHeaders.Headers[0].RawValue.ToStringUtf8());
        Assert.Equal("é😀\"\n", segment.RequestHeaders.Headers[1].Value);
    }

    [Theory]
    [InlineData("""{"http_buffered_trace":{"request":"no object"}}""")]
    [InlineData("""{"http_buffered_trace":{"request":{"headers":{}}}}""")]
    [InlineData("""{"http_buffered_trace":{"request":{"body":{"as_bytes":"*"}}}}""")]
    [InlineData("""{"http_streamed_trace_segment":{"trace_id":"-1"}}""")]
    [InlineData("""{"http_buffered_trace":}""")]
    [InlineData("""{"a":"\x"}""")]
    [InlineData("""{]}""")]
    public void Append_MalformedDocument_IsReportedAndTheNextOneRead(string malformed)
    {
        List<TapJsonDocument> documents = Read(Encoding.UTF8.GetBytes(malformed + Sound));

        Assert.NotNull(documents[0].Error);
        Assert.Null(documents[0].Trace);
        Assert.Equal("/ok", documents[^1].Trace?.HttpBufferedTrace.Request.Headers[0].Value);
    }

    [Fact]
    public void Append_DocumentCutAnywhere_CostsOnlyItself()
    {
        byte[] first = Fixtures.Read("tap/json_body_as_bytes/post-201.json");
        Gen.Int[1, first.Length - 3].Sample(length =>
        {
            List<TapJsonDocument> documents = Read([.. first.AsSpan(0, length), (byte)'\n', .. Encoding.UTF8.GetBytes(Sound), .. Encoding.UTF8.GetBytes(Sound)]);

            Assert.NotNull(documents[0].Error);
            Assert.Equal("/ok", documents[^1].Trace?.HttpBufferedTrace.Request.Headers[0].Value);
            Assert.Equal("/ok", documents[^2].Trace?.HttpBufferedTrace.Request.Headers[0].Value);
        });
    }

    [Fact]
    public void Append_DocumentOverTheLimit_IsRefusedAndTheNextOneRead()
    {
        string large = $$"""{"unknown":"{{new string('x', 5000)}}"}""";
        var reader = new TapJsonReader(maxDocumentBytes: 1000);
        reader.Append(Encoding.UTF8.GetBytes(large + Sound));
        reader.Finish();

        List<TapJsonDocument> documents = ReadAll(reader);

        Assert.Equal(2, documents.Count);
        Assert.Contains("limit of 1000", documents[0].Error, StringComparison.Ordinal);
        Assert.NotNull(documents[1].Trace);
    }

    [Fact]
    public void Finish_InsideDocument_IsReported()
    {
        List<TapJsonDocument> documents = Read(Encoding.UTF8.GetBytes(Sound.TrimEnd()).AsSpan()[..^1]);

        Assert.Contains("cut off", Assert.Single(documents).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Append_NotJson_IsReportedOnce()
    {
        List<TapJsonDocument> documents = Read("An attached /tap admin stream already exists. Detach it."u8);

        Assert.Contains("not JSON", Assert.Single(documents).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Append_BytesThatAreNotUtf8_AreRead()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("""{"http_buffered_trace":{"response":{"body":{"as_string":"a?\n\\\"b"}}}}""");
        bytes[Array.IndexOf(bytes, (byte)'?')] = 0xe9;

        TapJsonDocument document = Assert.Single(Read(bytes));

        Assert.Equal("a\ufffd\n\\\"b", document.Trace?.HttpBufferedTrace.Response.Body.AsString);
    }

    [Fact]
    public void Append_RandomBytes_NeverThrows() => Gen.OneOf(Gen.Byte, Gen.Char["{}[]\":,\\ntu0\n "].Select(symbol => (byte)symbol)).Array[0, 300].Sample(bytes => { Read(bytes); });

    internal static List<TapJsonDocument> ReadAll(TapJsonReader reader)
    {
        var documents = new List<TapJsonDocument>();
        while (reader.TryRead(out TapJsonDocument document))
            documents.Add(document);
        return documents;
    }

    private const string Sound = "{\n \"http_buffered_trace\": {\n  \"request\": {\n   \"headers\": [{\"key\": \":path\", \"value\": \"/ok\", \"raw_value\": \"\"}]\n  }\n }\n}\n";

    private static List<TapJsonDocument> Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new TapJsonReader();
        reader.Append(bytes);
        reader.Finish();
        return ReadAll(reader);
    }
}
