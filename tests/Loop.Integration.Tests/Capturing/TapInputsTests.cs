using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;
using Loop.Integration.Tests.Harness;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Data.Tap.V3;
using Loop.Protocols.Envoy.Service.Tap.V3;
using Loop.Testing.Envoy;
using Xunit;

namespace Loop.Integration.Tests.Capturing;

/// <summary>A failing exchange, tapped by a real Envoy, through each way by which taps reach a capture node.</summary>
public sealed class TapInputsTests : IClassFixture<TapInputsTests.Taps>
{
    private const string Sent = """{"order":7}""";
    private readonly Taps _taps;

    public TapInputsTests(Taps taps)
    {
        _ = RequireReal.EnvoyBinary();
        _taps = taps;
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WatchedDirectory_FileOfAFailingExchange_IsKeptAndTheFileIsGone()
    {
        await using RealEnvoy envoy = await _taps.Envoy(CaptureKind.TapFiles, _taps.Watched.FullName);
        TestTrace trace = await _taps.SendBroken(envoy);

        await AssertKept(trace, CaptureInput.TapFile);

        Assert.Empty(_taps.Watched.GetFiles("*.pb"));
    }

    [Fact]
    public async Task AdminTap_FailingExchange_IsKept()
    {
        // The session is attached some time after both are up; nothing but a tap shows it.
        List<TestTrace> sent = [];
        IReadOnlyList<ConversationSummary> kept;
        do
        {
            sent.Add(await _taps.SendBroken(_taps.Tapped));
            await Task.Delay(200, Cancellation);
            kept = await _taps.Api.List(Cancellation);
        }
        while (!kept.Any(one => sent.Any(trace => trace.Key == one.TraceKey)));

        await AssertKept(sent.First(trace => kept.Any(one => one.TraceKey == trace.Key)), CaptureInput.AdminTap);
    }

    [Fact]
    public async Task ReportTap_BufferedTrace_IsKept()
    {
        (TestTrace trace, TraceWrapper recorded) = await _taps.Record();
        using GrpcChannel channel = _taps.Channel();
        using AsyncClientStreamingCall<TapRequest, TapResponse> call = new TapService.TapServiceClient(channel).ReportTap(Taps.Source);

        await call.RequestStream.WriteAsync(new TapRequest { TraceData = recorded }, Cancellation);
        await call.RequestStream.CompleteAsync();
        await call;

        await AssertKept(trace, CaptureInput.ReportedTap);
    }

    [Fact]
    public async Task HttpPost_BufferedTrace_IsKept()
    {
        (TestTrace trace, TraceWrapper recorded) = await _taps.Record();
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{_taps.PostPort}/tap") { Content = new ByteArrayContent(new TapRequest { TraceData = recorded }.ToByteArray()) };
        request.Headers.Add("x-loop-service", "orders");
        request.Headers.Add("x-loop-direction", "inbound");

        using HttpResponseMessage answer = await http.SendAsync(request, Cancellation);

        Assert.True(answer.IsSuccessStatusCode);
        await AssertKept(trace, CaptureInput.ReportedTap);
    }

    [Fact]
    public async Task StreamTaps_BufferedTrace_IsKept()
    {
        (TestTrace trace, TraceWrapper recorded) = await _taps.Record();

        await Stream([recorded]);

        await AssertKept(trace, CaptureInput.StreamedTap);
    }

    [Fact]
    public async Task StreamTaps_Segments_AreKept()
    {
        (TestTrace trace, TraceWrapper recorded) = await _taps.Record();

        await Stream(Segments(recorded.HttpBufferedTrace));

        await AssertKept(trace, CaptureInput.StreamedTap);
    }

    [Fact]
    public async Task DamagedTaps_OnEveryInput_AreCountedAndTheOthersStillArrive()
    {
        await _taps.Api.StatusUntil(status => status.Nodes.Count > 0, "a connected node", Cancellation);
        long before = (await _taps.Api.Status(Cancellation)).Nodes[0].Counts.GetValueOrDefault("malformed");
        await File.WriteAllBytesAsync(Path.Combine(_taps.Watched.FullName, "damaged.pb"), [0x0a, 0xff, 0xff, 0xff], Cancellation);
        await File.WriteAllTextAsync(Path.Combine(_taps.Watched.FullName, "damaged.json"), "{\"http_buffered_trace\":{", Cancellation);
        using var http = new HttpClient();
        using HttpResponseMessage refused = await http.PostAsync(new Uri($"http://127.0.0.1:{_taps.PostPort}/tap"), new ByteArrayContent([0x0a, 0xff, 0xff, 0xff]), Cancellation);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.StatusCode);

        await _taps.Api.StatusUntil(status => status.Nodes[0].Counts.GetValueOrDefault("malformed") >= before + 3, "three malformed taps", Cancellation);

        (TestTrace trace, TraceWrapper recorded) = await _taps.Record();
        await Stream([recorded]);
        await AssertKept(trace, CaptureInput.StreamedTap);
    }

    private async Task Stream(IReadOnlyList<TraceWrapper> traces)
    {
        using GrpcChannel channel = _taps.Channel();
        using AsyncClientStreamingCall<StreamTapsRequest, StreamTapsResponse> call = new TapSinkService.TapSinkServiceClient(channel).StreamTaps();
        var identifier = new StreamTapsRequest.Types.Identifier { Node = new Node { Cluster = "orders" }, TapId = "loop-orders-inbound" };
        foreach (TraceWrapper trace in traces)
        {
            await call.RequestStream.WriteAsync(new StreamTapsRequest { Identifier = identifier, TraceId = 7, Trace = trace }, Cancellation);
            identifier = null;
        }

        await call.RequestStream.CompleteAsync();
        await call;
    }

    private static IReadOnlyList<TraceWrapper> Segments(HttpBufferedTrace trace)
    {
        TraceWrapper Segment(HttpStreamedTraceSegment piece)
        {
            piece.TraceId = 7;
            return new TraceWrapper { HttpStreamedTraceSegment = piece };
        }

        return
        [
            Segment(new HttpStreamedTraceSegment { RequestHeaders = new HeaderMap { Headers = { trace.Request.Headers } } }),
            Segment(new HttpStreamedTraceSegment { RequestBodyChunk = trace.Request.Body }),
            Segment(new HttpStreamedTraceSegment { ResponseHeaders = new HeaderMap { Headers = { trace.Response.Headers } } }),
            Segment(new HttpStreamedTraceSegment { ResponseBodyChunk = trace.Response.Body }),
        ];
    }

    private async Task AssertKept(TestTrace trace, CaptureInput input)
    {
        ConversationDetail kept = await _taps.Api.SealedOf(trace, Cancellation);
        HopView hop = Assert.Single(kept.Hops);
        Assert.Equal(("POST", "/broken", 500), (hop.Request!.Method, hop.Request.Path, hop.Response!.Status));
        HopExchangeView view = Assert.Single(hop.Views);
        Assert.Equal((input, ExchangeView.Server, "orders"), (view.Input, view.View, view.Service));
        Assert.Equal(Sent, await _taps.Api.BodyText(kept, hop, "request", Cancellation));
        Assert.Equal("""{"error":"broken","received":11}""", await _taps.Api.BodyText(kept, hop, "response", Cancellation));
        Assert.Empty(_taps.Server.Errors);
    }

    /// <summary>One <c>loopd</c> with every input for taps, one Envoy whose admin listener it _taps.</summary>
    public sealed class Taps : IAsyncLifetime
    {
        internal static readonly Grpc.Core.Metadata Source = new() { { "x-loop-service", "orders" }, { "x-loop-direction", "inbound" } };
        private readonly DirectoryInfo _own = Directory.CreateTempSubdirectory("loop-test-taps-");

        internal LoopServer Server { get; private set; } = null!;

        internal LoopApi Api { get; private set; } = null!;

        internal ShapedService Service { get; private set; } = null!;

        internal WireClient Client { get; } = new();

        internal RealEnvoy Tapped { get; private set; } = null!;

        internal DirectoryInfo Watched { get; private set; } = null!;

        internal int PostPort { get; private set; }

        public async ValueTask InitializeAsync()
        {
            // A fixture cannot skip: the tests do.
            if (EnvoyBinary.Find().Path is null)
                return;
            Service = await ShapedService.Start();
            Tapped = await Envoy(CaptureKind.AdminTap, null);
            Watched = _own.CreateSubdirectory("watched");
            PostPort = FreePorts.Take();
            string config = Path.Combine(_own.FullName, "loopd.yaml");
            await File.WriteAllTextAsync(config, $"""
                capture:
                  tapHttpListen: 127.0.0.1:{PostPort}
                  tapFiles:
                  - directory: {Watched.FullName}
                    service: orders
                    direction: inbound
                    giveUpAfter: 00:00:01
                  adminTaps:
                  - url: {Tapped.AdminUri}
                    service: orders
                    direction: inbound
                """);
            Server = await LoopServer.Start(null, null, "--config", config);
            Api = new LoopApi(Server.Http);
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            Api?.Dispose();
            if (Server is not null)
                await Server.DisposeAsync();
            if (Tapped is not null)
                await Tapped.DisposeAsync();
            if (Service is not null)
                await Service.DisposeAsync();
            _own.Delete(recursive: true);
        }

        internal Task<RealEnvoy> Envoy(CaptureKind kind, string? directory) => RealEnvoy.StartAsync(new EnvoyProxyConfig
        {
            Service = "orders",
            Capture = kind,
            TapDirectory = directory,
            AccessLog = false,
            Listeners = [ListenerConfig.Inbound(EnvoyAddress.Loopback(0), "orders", Service.Http1)],
        });

        internal async Task<TestTrace> SendBroken(RealEnvoy envoy)
        {
            var trace = TestTrace.New();
            await Client.Post(envoy[ListenerDirection.Inbound], "orders", "/broken", trace, System.Text.Encoding.UTF8.GetBytes(Sent), "application/json", Cancellation);
            return trace;
        }

        /// <summary>What a real Envoy writes of a failing exchange, where nobody watches.</summary>
        internal async Task<(TestTrace Trace, TraceWrapper Recorded)> Record()
        {
            DirectoryInfo unwatched = _own.CreateSubdirectory(Guid.NewGuid().ToString());
            TestTrace trace;
            await using (RealEnvoy envoy = await Envoy(CaptureKind.TapFiles, unwatched.FullName))
                trace = await SendBroken(envoy);
            return (trace, TraceWrapper.Parser.ParseFrom(await File.ReadAllBytesAsync(Assert.Single(unwatched.GetFiles()).FullName)));
        }

        internal GrpcChannel Channel() => GrpcChannel.ForAddress($"http://{Server.Capture}");
    }
}
