using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Loop.Capture.Core.Intake;
using Loop.Capture.Diagnostics;
using Loop.Capture.Tests.Fakes;
using Loop.Capture.Tests.Hosting;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Data.Tap.V3;
using Loop.Protocols.Envoy.Service.Tap.V3;
using Xunit;

namespace Loop.Capture.Tests.Tap;

public sealed class TapEndpointTests : IAsyncLifetime
{
    private CaptureHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await CaptureHost.Start(("TapHttpListen", "127.0.0.1:0"));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task StreamTaps_BufferedTraces_BecomeExchangesOfTheIdentifiedSource()
    {
        using GrpcChannel channel = _host.Channel();
        using AsyncClientStreamingCall<StreamTapsRequest, StreamTapsResponse> call = new TapSinkService.TapSinkServiceClient(channel).StreamTaps();
        await call.RequestStream.WriteAsync(new StreamTapsRequest
        {
            Identifier = new StreamTapsRequest.Types.Identifier { TapId = "loop-web-outbound", Node = new Node { Cluster = "c" } },
            Trace = TapFixture.Buffered("get-200"),
        });
        await call.RequestStream.WriteAsync(new StreamTapsRequest { Trace = TapFixture.Buffered("err-500") });
        await call.RequestStream.CompleteAsync();
        await call.ResponseAsync;
        Assert.Equal(2, _host.Intake.Exchanges.Count);
        Assert.All(_host.Intake.Exchanges, exchange => Assert.Equal((CaptureInput.StreamedTap, ExchangeView.Client, "web"), (exchange.Source.Input, exchange.Source.View, exchange.Source.Service)));
        Assert.All(_host.Intake.Exchanges, exchange => Assert.True(exchange is { IsResponseEnded: true, IsClosed: true }));
    }

    [Fact]
    public async Task StreamTaps_Segments_AreJoinedAndClosedAtTheStreamsEnd()
    {
        using GrpcChannel channel = _host.Channel();
        using AsyncClientStreamingCall<StreamTapsRequest, StreamTapsResponse> call = new TapSinkService.TapSinkServiceClient(channel).StreamTaps();
        foreach (TraceWrapper segment in TapFixture.Segments("post-201"))
            await call.RequestStream.WriteAsync(new StreamTapsRequest { Trace = segment });
        await call.RequestStream.CompleteAsync();
        await call.ResponseAsync;
        FakeExchange exchange = Assert.Single(_host.Intake.Exchanges);
        Assert.Equal(CloseReason.SourceEnded, await exchange.Closed);
    }

    [Fact]
    public async Task ReportTap_MalformedBetween_LosesNothingElse()
    {
        using RawGrpcClient client = _host.Raw();
        byte[] good = RawGrpcClient.Frame(new TapRequest { TraceData = TapFixture.Buffered("get-200") }.ToByteArray());
        RawGrpcResult result = await client.Send("/envoy.service.tap.v3.TapService/ReportTap", [.. good, .. RawGrpcClient.Frame([0x0A, 2, 0x0A, 9]), .. good]);
        Assert.Equal("0", result.GrpcStatus);
        Assert.Equal(2, _host.Intake.Exchanges.Count);
        Assert.Equal(CaptureInput.ReportedTap, Assert.Single(_host.Intake.Malformed).Input);
    }

    [Fact]
    public async Task TapPost_BinaryTapRequest_IsTakenOnAnyPath()
    {
        using HttpResponseMessage response = await Post(new TapRequest { TraceData = TapFixture.Buffered("err-500") }.ToByteArray());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(CaptureInput.ReportedTap, Assert.Single(_host.Intake.Exchanges).Source.Input);
    }

    [Fact]
    public async Task TapPost_Garbage_IsRefusedAndCounted()
    {
        using HttpResponseMessage response = await Post([0x0A, 0xFF, 1]);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Single(_host.Intake.Malformed);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task TapPost_FromAPage_IsRefused(string header, string value)
    {
        using HttpResponseMessage response = await Post(new TapRequest { TraceData = TapFixture.Buffered("get-200") }.ToByteArray(), (header, value));
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Empty(_host.Intake.Exchanges);
        Assert.Equal(1, _host.Instruments.Refused(RefusalReason.ForeignOrigin));
    }

    [Fact]
    public async Task TapPort_RestRoute_IsNotServed()
    {
        using var http = new HttpClient();
        using HttpResponseMessage response = await http.GetAsync(new Uri($"http://127.0.0.1:{_host.TapPort}/api/v1/status"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    private async Task<HttpResponseMessage> Post(byte[] body, params (string Name, string Value)[] headers)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{_host.TapPort}/any/path") { Content = new ByteArrayContent(body) };
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await http.SendAsync(request);
    }
}
