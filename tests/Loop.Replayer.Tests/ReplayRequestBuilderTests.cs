using CsCheck;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests;

public sealed class ReplayRequestBuilderTests
{
    private static readonly ReplayIds Ids = new SequentialIds().Next();

    [Theory]
    [InlineData("connection", "keep-alive")]
    [InlineData("keep-alive", "timeout=5")]
    [InlineData("te", "gzip")]
    [InlineData("upgrade", "h2c")]
    [InlineData("transfer-encoding", "gzip, chunked")]
    [InlineData("expect", "100-continue")]
    [InlineData("x-envoy-expected-rq-timeout-ms", "15000")]
    [InlineData("x-forwarded-proto", "http")]
    [InlineData("forwarded", "for=1.2.3.4")]
    [InlineData("tracestate", "a=b")]
    [InlineData("x-datadog-trace-id", "1")]
    [InlineData("authorization", "Bearer loop:x")]
    [InlineData("cookie", "a=1; sid=loop:x")]
    public void Build_Header_IsDroppedAndListed(string name, string value)
    {
        WireRequest request = Build([new(name, value)]);
        Assert.DoesNotContain(request.Headers, field => field.Name == name);
        Assert.Contains(request.Adjustments, line => line.StartsWith($"dropped {name}:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("x-envoy-expected-rq-timeout-ms", "15000")]
    [InlineData("x-forwarded-proto", "https")]
    [InlineData("forwarded", "for=1.2.3.4")]
    public void Build_HeaderOfTheProxy_IsKeptWhereNoneStandsBefore(string name, string value) =>
        Assert.Contains(new HeaderField(name, value), Build([new(name, value)], isDirect: true).Headers);

    [Theory]
    [InlineData("te", "trailers")]
    [InlineData("user-agent", "curl")]
    [InlineData("cookie", "theme=dark")]
    [InlineData("accept-encoding", "gzip")]
    [InlineData("via", "1.1 a")]
    public void Build_Header_IsKept(string name, string value) => Assert.Contains(new HeaderField(name, value), Build([new(name, value)]).Headers);

    [Fact]
    public void Build_HeaderNamedByConnection_IsDropped() =>
        Assert.DoesNotContain(Build([new("connection", "close, X-Hop"), new("x-hop", "1")]).Headers, field => field.Name == "x-hop");

    [Fact]
    public void Build_RedactedName_IsACredentialWhateverItsValue()
    {
        WireRequest request = Build([new("x-api-key", "0123abcd")], change: exchange => exchange with { Redacted = ["request:x-api-key"] });
        Assert.Equal(["x-api-key"], request.DroppedCredentials);
        Assert.DoesNotContain(request.Headers, field => field.Name == "x-api-key");
    }

    [Fact]
    public void Build_SuppliedHeader_ReplacesTheRecordedOnes()
    {
        WireRequest request = Build([new("authorization", "loop:x"), new("x-a", "1"), new("x-a", "2")], new() { ["Authorization"] = "mine", ["X-A"] = "3" });
        Assert.Empty(request.DroppedCredentials);
        Assert.Equal(["mine"], Values(request, "authorization"));
        Assert.Equal(["3"], Values(request, "x-a"));
        Assert.Contains("set authorization: supplied", request.Adjustments);
        Assert.DoesNotContain(request.Adjustments, line => line.Contains("mine", StringComparison.Ordinal));
    }

    [Fact]
    public void Build_Trace_IsFreshInEveryFormThatWasRecorded()
    {
        WireRequest request = Build([new("b3", "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1"), new("x-b3-traceid", "0af7651916cd43dd8448eb211c80319c"), new("x-b3-parentspanid", "b7ad6b7169203331"), new("baggage", "tenant=7")]);
        Assert.Equal([$"00-{Ids.TraceId}-{Ids.SpanId}-01"], Values(request, "traceparent"));
        Assert.Equal([$"{Ids.TraceId}-{Ids.SpanId}-1"], Values(request, "b3"));
        Assert.Equal([Ids.TraceId], Values(request, "x-b3-traceid"));
        Assert.Empty(Values(request, "x-b3-parentspanid"));
        Assert.Equal([$"tenant=7,loop-replay={Ids.ReplayId}"], Values(request, "baggage"));
        Assert.DoesNotContain(request.Headers, field => field.Value.Contains(Recording.TraceId, StringComparison.Ordinal));
    }

    [Fact]
    public void Build_TrailersOfHttp2_AreListedAsLeftOut() => Assert.Contains(
        "dropped trailers x-sum: this sender has no request trailers in HTTP/2",
        Build([], change: exchange => exchange with { Protocol = "HTTP/2", Request = exchange.Request! with { Trailers = [new("x-sum", "1")] } }).Adjustments);

    [Fact]
    public void Build_ChunksAndTrailers_AreSentAndNoToken()
    {
        WireRequest request = Build([new("transfer-encoding", "chunked"), new("x-last", "1")], change: exchange => exchange with { Request = exchange.Request! with { Trailers = [new("x-sum", "1"), new("x-secret", "loop:x")] } });
        Assert.Equal([new HeaderField("x-sum", "1")], request.Trailers);
        Assert.Equal(["x-secret"], request.DroppedCredentials);
        Assert.Contains("dropped trailer x-secret: its value is a redaction token", request.Adjustments);
        Assert.True(Place(request, "transfer-encoding") < Place(request, "x-last"));
        Assert.DoesNotContain(request.Headers, field => field.Name == "content-length");
    }

    [Fact]
    public void Build_WhatIsSetAnew_StandsWhereItStood()
    {
        WireRequest request = Build([new("content-length", "999"), new("x-request-id", "old"), new("baggage", "a=1"), new("traceparent", "old"), new("x-last", "1")]);
        // The recording begins with a trace of its own.
        string[] names = ["traceparent", "x-request-id", "content-length", "baggage", "x-last"];
        Assert.Equal(names, request.Headers.Select(field => field.Name).Where(names.Contains));
        // The body's own, whatever a change made of the recorded one.
        Assert.Equal(["2"], Values(request, "content-length"));
        Assert.DoesNotContain(request.Headers, field => field.Value == "old");
    }

    [Theory]
    [InlineData("HTTP/2", "application/json", true)]
    [InlineData("HTTP/1.1", "application/grpc+proto", true)]
    [InlineData("HTTP/1.1", "application/json", false)]
    [InlineData(null, null, false)]
    public void Build_Version_FollowsTheRecording(string? protocol, string? contentType, bool http2) => Assert.Equal(
        http2,
        Build([], change: exchange => exchange with
        {
            Protocol = protocol,
            Request = exchange.Request! with { Headers = [new(":method", "POST"), new(":path", "/"), .. contentType is null ? Array.Empty<HeaderField>() : [new HeaderField("content-type", contentType)]] },
        }).UsesHttp2);

    [Fact]
    public void Build_RawBytesInThePath_GoRawInHttp1AndPercentEncodedInHttp2()
    {
        Assert.Equal("/caf\u00e9?a=%20", Build([], path: "/caf\u00e9?a= ").Path);
        Assert.Equal("/caf%E9?a=%20", Build([], change: exchange => exchange with { Protocol = "HTTP/2" }, path: "/caf\u00e9?a= ").Path);
    }

    [Fact]
    public void Ids_FromAnyBytes_AreValidAndKnownByTheirKeys() => Gen.Byte.Array[ReplayIds.ByteCount].Sample(random =>
    {
        ReplayIds ids = ReplayIds.From(random);
        Assert.Equal(12, ids.ReplayId.Length);
        Assert.Equal([TraceKey.FromTraceParent(ids.TraceParent)!.Value, TraceKey.FromRequestId(ids.RequestId)!.Value], ids.Keys);
        Assert.Equal('4', ids.RequestId[14]);
    });

    [Fact]
    public void Build_AnyTokenAnywhere_NeverLeaves() => Gen.Select(Gen.Char['a', 'z'].Array[1, 8], Gen.String[0, 10]).Array[0, 6].Sample(fields =>
    {
        HeaderField[] headers = [.. fields.Select((field, index) => new HeaderField(new string(field.Item1), index % 2 == 0 ? $"{field.Item2}loop:{index}" : field.Item2.Replace("loop:", "", StringComparison.Ordinal)))];
        Assert.DoesNotContain(Build(headers).Headers, field => field.Value.Contains("loop:", StringComparison.Ordinal));
    });

    private static int Place(WireRequest request, string name) => request.Headers.ToList().FindIndex(field => field.Name == name);

    private static string[] Values(WireRequest request, string name) => [.. request.Headers.Where(field => field.Name == name).Select(field => field.Value)];

    private static WireRequest Build(HeaderField[] headers, Dictionary<string, string>? supplied = null, Func<Exchange, Exchange>? change = null, string path = "/checkout", bool isDirect = false)
    {
        Exchange exchange = new Recording().Exchange(1, "web", ExchangeView.Server, "POST", path, 500, "{}");
        exchange = exchange with { Request = exchange.Request! with { Headers = [.. exchange.Request.Headers, .. headers] } };
        return ReplayRequestBuilder.Build(change is null ? exchange : change(exchange), "{}"u8.ToArray(), Ids, supplied ?? [], isDirect: isDirect);
    }
}
