using System.Security.Cryptography;
using Loop.Capture.Core.Decoding;
using Loop.Contracts.Exchanges;
using Xunit;
using static Loop.Contracts.Exchanges.ExchangeEnd;

namespace Loop.Capture.Core.Tests.Decoding;

/// <summary>What a scenario was. Sizes are -1 where there is no such part.</summary>
public sealed record Scenario(
    string? Method, string? Path, int? Status, int? GrpcStatus, ExchangeEnd End, long RequestSize, long ResponseSize, string? Flag, string? Details, int? Attempts);

/// <summary>Every recording of ext_proc decodes to the exchange that its scenario says.</summary>
public sealed class ExternalProcessorFixtureTests
{
    public static TheoryData<string, Scenario> Scenarios => new()
    {
        { "binary", new("GET", "/binary", 200, null, Complete, 0, 2048, null, "via_upstream", 1) },
        { "br", new("GET", "/br", 200, null, Complete, 0, 1383, null, "via_upstream", 1) },
        { "chunked-trailers", new("GET", "/chunked-trailers", 200, null, Complete, 0, 5, null, "via_upstream", 1) },
        { "client-abort-body", new("GET", "/big", null, null, BrokenOff, 0, -1, null, null, null) },
        { "client-abort-upload", new("POST", "/created", null, null, BrokenOff, 5000, -1, null, null, null) },
        { "client-abort-wait", new("POST", "/slow", null, null, BrokenOff, 71, -1, null, null, null) },
        { "custom-method", new("PURGE", "/echo", 200, null, Complete, 0, 440, null, "via_upstream", 1) },
        { "dead-503-UH", new("POST", "/dead", 503, null, RequestIncomplete, 0, 19, "UH", "no_healthy_upstream", 1) },
        { "direct-418", new("GET", "/direct", 418, null, Complete, 0, 6, null, "direct_response", 0) },
        { "download-big", new("GET", "/big", 200, null, Complete, 0, 1048576, null, "via_upstream", 1) },
        { "early-hints", new("GET", "/early-hints", 200, null, Complete, 0, 2, null, "via_upstream", 1) },
        { "early-reject", new("POST", "/early-reject", 413, null, Complete, 300000, 9, null, "via_upstream", 1) },
        { "err-404", new("GET", "/404", 404, null, Complete, 0, 25, null, "via_upstream", 1) },
        { "err-500", new("POST", "/500", 500, null, Complete, 71, 48, null, "via_upstream", 1) },
        { "expect-100", new("POST", "/created", 201, null, Complete, 300000, 92, null, "via_upstream", 1) },
        { "garbage", new("GET", "/garbage", 502, null, Complete, 0, 87, "UPE", "upstream_reset_before_response_started{protocol_error}", 1) },
        { "get-200", new("GET", "/ok?page=2&q=a%20b", 200, null, Complete, 0, 383, null, "via_upstream", 1) },
        { "grpc-bidi", new("POST", "/shop.Greeter/Bidi", 200, 0, Complete, 100018, 100018, null, "via_upstream", 1) },
        { "grpc-fail", new("POST", "/shop.Greeter/Fail", 200, 9, Complete, 10, 0, null, "via_upstream", 1) },
        { "grpc-fail-late", new("POST", "/shop.Greeter/FailLate", 200, 14, Complete, 10, 7, null, "via_upstream", 1) },
        { "grpc-stream", new("POST", "/shop.Greeter/ServerStream", 200, 0, Complete, 10, 28, null, "via_upstream", 1) },
        { "grpc-unary", new("POST", "/shop.Greeter/Unary", 200, 0, Complete, 10, 12, null, "via_upstream", 1) },
        { "grpc-unimplemented", new("POST", "/shop.Greeter/Nope", 200, 12, Complete, 5, 0, null, "via_upstream", 1) },
        { "gzip", new("GET", "/gzip", 200, null, Complete, 0, 4243, null, "via_upstream", 1) },
        { "h2-client-abort", new("GET", "/slow", null, null, BrokenOff, 0, -1, null, null, null) },
        { "h2-get", new("GET", "/ok", 200, null, Complete, 0, 382, null, "via_upstream", 1) },
        { "h2-post-500", new("POST", "/500", 500, null, Complete, 71, 48, null, "via_upstream", 1) },
        { "head", new("HEAD", "/ok", 200, null, Complete, 0, 0, null, "via_upstream", 1) },
        { "latin1-header", new("GET", "/latin1-header", 200, null, Complete, 0, 2, null, "via_upstream", 1) },
        { "many-headers", new("GET", "/many-headers", 502, null, Complete, 0, 87, "UPE", "upstream_reset_before_response_started{protocol_error}", 1) },
        { "no-cluster", new("GET", "/nocluster", 503, null, Complete, 0, 0, "NC", "cluster_not_found", 0) },
        { "no-content-204", new("GET", "/204", 204, null, Complete, 0, 0, null, "via_upstream", 1) },
        { "not-modified-304", new("GET", "/304", 304, null, Complete, 0, 0, null, "via_upstream", 1) },
        { "pipelined-1", new("GET", "/ok", 200, null, Complete, 0, 247, null, "via_upstream", 1) },
        { "pipelined-2", new("GET", "/404", 404, null, Complete, 0, 25, null, "via_upstream", 1) },
        { "post-201", new("POST", "/created", 201, null, Complete, 71, 92, null, "via_upstream", 1) },
        { "put-put", new("PUT", "/echo", 200, null, Complete, 71, 556, null, "via_upstream", 1) },
        { "redirect-301", new("GET", "/redirect", 301, null, Complete, 0, 0, null, "direct_response", 0) },
        { "refused-503-UF", new("POST", "/refused", 503, null, Complete, 71, 98, "UF", "upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}", 1) },
        { "rejected-400", new(null, null, 400, null, Complete, -1, 11, null, "http1.codec_error", 0) },
        { "rejected-426", new(null, null, 426, null, Complete, -1, 16, null, "low_version", 0) },
        { "rejected-426-2", new(null, null, 426, null, Complete, -1, 16, null, "low_version", 0) },
        { "rejected-431", new(null, null, 431, null, Complete, -1, 31, null, "http1.headers_too_large", 0) },
        { "reset-before-UC", new("POST", "/reset-before", 503, null, Complete, 71, 95, "UC", "upstream_reset_before_response_started{connection_termination}", 1) },
        { "reset-mid", new("POST", "/reset-mid", 200, null, BrokenOff, 71, 8, null, "via_upstream", 1) },
        { "retry-exhausted", new("POST", "/retry/500", 500, null, Complete, 71, 48, "URX", "via_upstream", 4) },
        { "retry-flaky", new("GET", "/retry/flaky", 200, null, Complete, 0, 9, null, "via_upstream", 3) },
        { "sse", new("GET", "/sse", 200, null, Complete, 0, 165, null, "via_upstream", 1) },
        { "timeout-504-UT", new("POST", "/timeout", 504, null, Complete, 71, 24, "UT", "response_timeout", 1) },
        { "upload-big", new("POST", "/created", 201, null, Complete, 300000, 92, null, "via_upstream", 1) },
        { "upload-chunked", new("POST", "/created", 201, null, Complete, 300000, 92, null, "via_upstream", 1) },
        { "websocket", new("GET", "/ws", 101, null, Upgraded, 17, 9, null, "via_upstream", 1) },
    };

    [Fact]
    public void Scenarios_AreAllRecordings() =>
        Assert.Equal(
            Fixtures.Names("ext_proc").Select(name => name.Replace(".pb_length_delimited", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            Scenarios.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Scenarios), DisableDiscoveryEnumeration = true)]
    public void Decode_Recording_IsWhatTheScenarioSays(string name, Scenario expected)
    {
        CapturedExchange captured = ProcessingRequestReplay.Of(name).Decode();

        Exchange head = captured.Head;
        Assert.Equal(expected, new Scenario(
            head.Method(), head.Path(), head.Status(), head.GrpcStatus(), head.End, head.Request?.Body.SizeBytes ?? -1, head.Response?.Body.SizeBytes ?? -1,
            head.ResponseFlags.SingleOrDefault(), head.ResponseCodeDetails, head.AttemptCount));
        Assert.Equal(name.StartsWith("rejected", StringComparison.Ordinal) ? ExchangeView.Unknown : ExchangeView.Server, head.View);
        AssertBody(head.Request?.Body, captured.RequestBody);
        AssertBody(head.Response?.Body, captured.ResponseBody);
    }

    [Theory]
    [MemberData(nameof(Scenarios), DisableDiscoveryEnumeration = true)]
    public void Scan_Recording_AgreesWithDecoder(string name, Scenario expected)
    {
        ReplayedExchange replayed = ProcessingRequestReplay.Of(name);

        Exchange head = replayed.Decode().Head;
        Assert.False(replayed.Scan.IsMalformed);
        Assert.Equal(expected.Status ?? 0, replayed.Scan.Status);
        Assert.Equal(expected.GrpcStatus ?? -1, replayed.Scan.GrpcStatus);
        Assert.Equal(head.ResponseFlags, ResponseFlagNames.FromBits(replayed.Scan.ResponseFlags));
        Assert.Equal(head.Keys.Select(KeyHash.Of).Order(), replayed.Scan.KeyHashes.ToArray().Order());
        Assert.Equal(head.Endpoints.DownstreamRemote, replayed.Scan.DownstreamRemote);
        Assert.Equal(expected.End == Upgraded, replayed.Scan.IsUpgrade);
        Assert.Equal(expected.Method is null ? 0 : 1, replayed.Scan.ListenerDirection);
    }

    [Fact]
    public void Decode_Get200_HasKeysSpanTimesAndAddresses()
    {
        Exchange head = ProcessingRequestReplay.Of("get-200", "00-000000000000000000000000000000ff-00000000000000ff-01").Decode().Head;

        Assert.Equal(
            ["trace:00000000000000000000000000000001", "request:51839f1f-02bc-436f-be71-4c8bdb7fd052", "trace:000000000000000000000000000000ff"],
            head.Keys.Select(key => key.ToString()));
        Assert.Equal("0000000000000001", head.IncomingSpanId);
        Assert.Null(head.OutgoingSpanId);
        Assert.Equal(DateTimeOffset.Parse("2026-11-23T08:26:50.740984Z"), head.StartedAt);
        Assert.Equal(ReplayedShard.At - head.StartedAt, head.Duration);
        Assert.Equal(new ExchangeEndpoints("127.0.0.1:38256", "127.0.0.1:10000", "127.0.0.1:51872", "127.0.0.1:9000"), head.Endpoints);
        Assert.Equal("HTTP/1.1", head.Protocol);
        Assert.Equal(2, head.Response!.Headers.Count(header => header.Name == "set-cookie"));
    }

    [Fact]
    public void Decode_Latin1Header_KeepsItsByte() =>
        Assert.Contains(ProcessingRequestReplay.Of("latin1-header").Decode().Head.Response!.Headers, header => header.Value == "caf\u00e9");

    [Fact]
    public void Decode_RejectedByConnectionManager_HasNoRequest()
    {
        Exchange head = ProcessingRequestReplay.Of("rejected-400").Decode().Head;

        Assert.Null(head.Request);
        Assert.Equal(ReplayedShard.At, head.StartedAt);
        Assert.Empty(head.Keys);
    }

    [Theory]
    [InlineData("reset-mid")]
    [InlineData("client-abort-wait")]
    public void Decode_WithoutEnd_IsBrokenOffWithSideUnknown(string name)
    {
        Exchange head = ProcessingRequestReplay.Of(name).Decode().Head;

        Assert.Equal((BrokenOff, BrokenOffBy.Unknown, (TimeSpan?)null), (head.End, head.BrokenOffBy, head.Duration));
    }

    private static void AssertBody(BodyInfo? info, ReadOnlyMemory<byte> bytes)
    {
        Assert.Equal(info?.KeptBytes ?? 0, bytes.Length);
        Assert.Equal(info?.SizeBytes ?? 0, bytes.Length);
        Assert.Equal(bytes.Length == 0 ? null : Convert.ToHexStringLower(SHA256.HashData(bytes.Span)), info?.Sha256);
        Assert.False(info?.Truncated ?? false);
    }
}
