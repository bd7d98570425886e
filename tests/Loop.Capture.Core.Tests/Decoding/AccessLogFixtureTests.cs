using System.Buffers;
using Google.Protobuf;
using Loop.Capture.Core.Decoding;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Data.Accesslog.V3;
using Loop.Protocols.Envoy.Service.Accesslog.V3;
using Xunit;
using static Loop.Contracts.Exchanges.BrokenOffBy;
using static Loop.Contracts.Exchanges.ExchangeEnd;

namespace Loop.Capture.Core.Tests.Decoding;

/// <summary>Every entry of the recorded access log decodes to an exchange without bodies.</summary>
public sealed class AccessLogFixtureTests
{
    private static readonly Lazy<IReadOnlyList<HTTPAccessLogEntry>> Entries = new(() =>
        [.. Fixtures.Delimited("als/stream.pb_length_delimited", StreamAccessLogsMessage.Parser).SelectMany(message => message.HttpLogs.LogEntry)]);

    [Fact]
    public void Decode_EveryEntry_AgreesWithItsScan()
    {
        Assert.Equal(52, Entries.Value.Count);
        var scan = new PartScan();
        foreach (HTTPAccessLogEntry entry in Entries.Value)
        {
            scan.Reset();
            scan.ScanAccessLog(new ReadOnlySequence<byte>(entry.ToByteArray()));
            Exchange head = Decode(entry);

            Assert.False(scan.IsMalformed);
            Assert.Equal(head.Status() ?? 0, scan.Status);
            Assert.Equal(head.GrpcStatus() ?? -1, scan.GrpcStatus);
            Assert.Equal(head.ResponseFlags, ResponseFlagNames.FromBits(scan.ResponseFlags));
            Assert.Equal(head.Keys.Select(KeyHash.Of), scan.KeyHashes.ToArray());
            Assert.Equal(head.Endpoints.DownstreamRemote, scan.DownstreamRemote);
            Assert.Equal(head.End == Upgraded, scan.IsUpgrade);
            Assert.Equal(CaptureInput.AccessLog, head.Input);
            Assert.Equal(head.Keys.FirstOrDefault(key => key.Kind == TraceKeyKind.Request) is { Value: not null } id ? KeyHash.Of(id) : 0, scan.RequestIdHash);
        }
    }

    public static TheoryData<string, int, string?, int?, ExchangeEnd, BrokenOffBy, long, long, string?> Rows => new()
    {
        { "POST", 0, "/500", 500, Complete, None, 71, 48, null },
        { "HEAD", 0, "/ok", 200, Complete, None, 0, 0, null },
        { "GET", 0, "/big", 200, Complete, None, 0, 1048576, null },
        { "POST", 0, "/dead", 503, Complete, None, 0, 19, "UH" },
        { "POST", 0, "/timeout", 504, Complete, None, 71, 24, "UT" },
        { "POST", 0, "/reset-before", 503, Complete, None, 71, 95, "UC" },
        { "POST", 0, "/reset-mid", 200, BrokenOff, Upstream, 71, 8, "UPE" },
        { "GET", 0, "/nocluster", 503, Complete, None, 0, 0, "NC" },
        { "POST", 0, "/retry/500", 500, Complete, None, 71, 48, "URX" },
        { "GET", 1, "/big", null, BrokenOff, Client, 0, 0, "DC" },
        { "POST", 0, "/slow", null, BrokenOff, Client, 71, 0, "DC" },
        { "GET", 0, "/slow", null, BrokenOff, Client, 0, 0, "DC" },
        { "GET", 0, "/ws", 101, Upgraded, None, 17, 9, "UC" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Decode_Entry_IsWhatTheScenarioSays(
        string method, int index, string? path, int? status, ExchangeEnd end, BrokenOffBy by, long requestSize, long responseSize, string? flag)
    {
        Exchange head = Entries.Value.Select(Decode).Where(exchange => exchange.Method() == method && (exchange.Request!.Header("x-envoy-original-path") ?? exchange.Path()) == path).ElementAt(index);

        Assert.Equal((status, end, by, flag), (head.Status(), head.End, head.BrokenOffBy, head.ResponseFlags.SingleOrDefault()));
        Assert.Equal(requestSize, head.Request!.Body.SizeBytes);
        Assert.Equal(responseSize, head.Response?.Body.SizeBytes ?? 0);
        Assert.Equal(requestSize > 0, head.Request.Body.Truncated);
        Assert.Equal(0, head.Request.Body.KeptBytes);
    }

    [Fact]
    public void Decode_Get200_HasWhatTheLogHolds()
    {
        Exchange head = Decode(Entries.Value[0]);

        Assert.Equal(
            [":method=GET", ":path=/ok?page=2&q=a%20b", ":authority=127.0.0.1:10000", ":scheme=http", "user-agent=curl/7.88.1",
                "x-request-id=51839f1f-02bc-436f-be71-4c8bdb7fd052", "traceparent=00-00000000000000000000000000000001-0000000000000001-01"],
            head.Request!.Headers.Select(header => $"{header.Name}={header.Value}"));
        Assert.Equal([":status=200", "content-type=application/json", "x-envoy-upstream-service-time=0"], head.Response!.Headers.Select(header => $"{header.Name}={header.Value}"));
        Assert.Equal(("0000000000000001", null), (head.OutgoingSpanId, head.IncomingSpanId));
        Assert.Equal(TimeSpan.FromTicks(23530), head.Duration);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1795422410740).AddTicks(9840), head.StartedAt);
        Assert.Equal(new ExchangeEndpoints("127.0.0.1:38256", "127.0.0.1:10000", "127.0.0.1:51872", "127.0.0.1:9000"), head.Endpoints);
        Assert.Equal(("HTTP/1.1", "via_upstream", 1), (head.Protocol, head.ResponseCodeDetails, head.AttemptCount));
    }

    [Fact]
    public void Decode_RefusedByConnectionManager_HasNoRequest()
    {
        Exchange[] refused = [.. Entries.Value.Select(Decode).Where(exchange => exchange.Request is null)];

        Assert.Equal([400, 426, 426, 431], refused.Select(exchange => exchange.Status()!.Value).Order());
        Assert.All(refused, exchange => Assert.Equal(["DPE"], exchange.ResponseFlags));
    }

    [Fact]
    public void Decode_GrpcFailure_HasItsTrailers()
    {
        Exchange head = Entries.Value.Select(Decode).Single(exchange => exchange.Path() == "/shop.Greeter/FailLate");

        Assert.Equal((14, "lost backend"), (head.GrpcStatus(), head.Response!.Trailer("grpc-message")));
    }

    [Theory]
    [InlineData("loop-web-inbound", "lab", "web", ExchangeView.Server)]
    [InlineData("loop-order-history-outbound", "lab", "order-history", ExchangeView.Client)]
    [InlineData("loop-gateway-edge", "lab", "gateway", ExchangeView.Edge)]
    [InlineData("loop-inbound", "lab", "lab", ExchangeView.Server)]
    [InlineData("loop-web", "lab", "web", ExchangeView.Unknown)]
    [InlineData("my-log", "lab", "lab", ExchangeView.Unknown)]
    [InlineData("", "", null, ExchangeView.Unknown)]
    [InlineData(null, null, null, ExchangeView.Unknown)]
    public void FromLogName_Name_IsServiceAndView(string? logName, string? cluster, string? service, ExchangeView view) =>
        Assert.Equal(new AccessLogSource(service, view), AccessLogSource.FromLogName(logName, cluster));

    private static Exchange Decode(HTTPAccessLogEntry entry)
    {
        var facts = new RecordFacts
        {
            Id = new ExchangeId("node", 1, 1),
            Source = AccessLogSource.FromLogName("loop-inbound", "lab").ToExchangeSource(null, "node/1"),
            FirstArrivalAt = ReplayedShard.At,
        };
        return ExchangeDecoder.Decode(facts, [new RecordedPart(PartKind.AccessLogEntry, ReplayedShard.At, true, new ReadOnlySequence<byte>(entry.ToByteArray()))]).Head;
    }
}
