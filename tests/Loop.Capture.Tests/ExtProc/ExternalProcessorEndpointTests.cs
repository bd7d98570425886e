using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Loop.Capture.Core.Intake;
using Loop.Capture.Diagnostics;
using Loop.Capture.Tests.Fakes;
using Loop.Capture.Tests.Hosting;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Service.ExtProc.V3;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Loop.Capture.Tests.ExtProc;

public sealed class ExternalProcessorEndpointTests : IAsyncLifetime
{
    private CaptureHost _host = null!;
    private RawGrpcClient _client = null!;

    public static TheoryData<string> Scenarios() =>
        new(Directory.GetFiles(ProcessingScenario.Folder, "*.pb_length_delimited").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal));

    public async ValueTask InitializeAsync()
    {
        _host = await CaptureHost.Start(("MaximumMessageBytes", "2097152"));
        _client = _host.Raw();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
        Assert.DoesNotContain(_host.Logs.Lines, line => line.Level >= LogLevel.Error && _host.Intake.Fault is null);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Process_Recording_BecomesTheSameCalls(string scenario)
    {
        IReadOnlyList<byte[]> messages = ProcessingScenario.Messages(scenario);
        RawGrpcResult result = await _client.Send(RawGrpcClient.ProcessPath, ProcessingScenario.Frames(messages));
        FakeExchange exchange = Assert.Single(_host.Intake.Exchanges);
        Assert.Equal("0", result.GrpcStatus);
        Assert.Empty(result.Body);
        Assert.Equal(ProcessingScenario.ExpectedCalls(messages), exchange.Calls);
        await exchange.Closed;
        Assert.Empty(_host.Intake.Malformed);
    }

    [Theory]
    [InlineData("inbound", ExchangeView.Server)]
    [InlineData("outbound", ExchangeView.Client)]
    [InlineData("edge", ExchangeView.Edge)]
    [InlineData("sideways", ExchangeView.Unknown)]
    public async Task Process_WithMetadata_NamesTheSource(string direction, ExchangeView view)
    {
        const string traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        await _client.Send(
            RawGrpcClient.ProcessPath,
            ProcessingScenario.Frames(ProcessingScenario.Messages("get-200")),
            "application/grpc",
            ("x-loop-service", "orders"),
            ("x-loop-namespace", "shop"),
            ("x-loop-direction", direction),
            ("x-loop-instance", "orders-7"),
            ("traceparent", traceParent));
        Assert.Equal(
            new ExchangeSource(CaptureInput.ExternalProcessor, view, "orders", "shop", "orders-7", traceParent),
            Assert.Single(_host.Intake.Exchanges).Source);
    }

    [Fact]
    public async Task Process_WithoutMetadata_NamesNodeAndPeer()
    {
        await _client.Send(RawGrpcClient.ProcessPath, ProcessingScenario.Frames(ProcessingScenario.Messages("get-200")));
        Assert.Equal(
            new ExchangeSource(CaptureInput.ExternalProcessor, ExchangeView.Unknown, null, null, "node-a/127.0.0.1", null),
            Assert.Single(_host.Intake.Exchanges).Source);
    }

    [Fact]
    public async Task Process_ResponseEnded_EndsWithOkBeforeTheClientDoes()
    {
        OpenRequest request = _client.Open(RawGrpcClient.ProcessPath);
        await request.Write(ProcessingScenario.Frames(ProcessingScenario.Messages("get-200")));
        Assert.Equal("0", await request.Status());
        Assert.Equal(CloseReason.SourceEnded, await (await _host.Intake.Next()).Closed);
        request.HalfClose();
    }

    [Fact]
    public async Task Process_HalfClosedWithoutResponseEnd_IsSourceEnded()
    {
        await _client.Send(RawGrpcClient.ProcessPath, ProcessingScenario.Frames(ProcessingScenario.Messages("reset-mid")));
        Assert.Equal(CloseReason.SourceEnded, await (await _host.Intake.Next()).Closed);
    }

    [Fact]
    public async Task Process_ResetWithoutHalfClose_IsCaptureEnded()
    {
        OpenRequest request = _client.Open(RawGrpcClient.ProcessPath);
        await request.Write(ProcessingScenario.Frames(ProcessingScenario.Messages("client-abort-wait").Take(1)));
        FakeExchange exchange = await _host.Intake.Next();
        request.Reset();
        Assert.Equal(CloseReason.CaptureEnded, await exchange.Closed);
        await Assert.ThrowsAnyAsync<Exception>(() => request.Response);
    }

    [Fact]
    public async Task Process_ResetBeforeItsFirstMessageWasRead_IsAnExchangeThatCaptureLost()
    {
        OpenRequest request = _client.Open(RawGrpcClient.ProcessPath, ("x-loop-service", "orders"));
        request.Reset();
        FakeExchange exchange = await _host.Intake.Next();
        Assert.Equal(CloseReason.CaptureEnded, await exchange.Closed);
        Assert.Empty(exchange.Calls);
        await Assert.ThrowsAnyAsync<Exception>(() => request.Response);
    }

    [Fact]
    public async Task Process_ProcessStops_IsCaptureEndedAndOk()
    {
        OpenRequest request = _client.Open(RawGrpcClient.ProcessPath);
        await request.Write(ProcessingScenario.Frames(ProcessingScenario.Messages("client-abort-wait").Take(1)));
        FakeExchange exchange = await _host.Intake.Next();
        Task stopped = _host.Stop();
        Assert.Equal(CloseReason.CaptureEnded, await exchange.Closed);
        Assert.True(await EndsInOrder(request));
        request.HalfClose();
        await stopped;
    }

    // Kestrel closes the connection once its last stream ended. This client still has its half of the stream open, so the close may overtake the trailers.
    private static async Task<bool> EndsInOrder(OpenRequest request)
    {
        try
        {
            return await request.Status() == "0";
        }
        catch (HttpRequestException closed) when (closed.InnerException is HttpProtocolException { ErrorCode: 0 })
        {
            return true;
        }
    }

    [Fact]
    public async Task Process_ObservabilityOff_AnswersEveryMessageAtOnce()
    {
        using GrpcChannel channel = _host.Channel();
        using AsyncDuplexStreamingCall<ProcessingRequest, ProcessingResponse> call = new ExternalProcessor.ExternalProcessorClient(channel).Process();
        ProcessingRequest[] requests =
        [
            ProcessingScenario.Headers(MessageDirection.Request, ends: false, observes: false, (":path", "/")),
            ProcessingScenario.Body(MessageDirection.Request, 10, ends: false, observes: false),
            new() { RequestTrailers = new HttpTrailers { Trailers = new() } },
            ProcessingScenario.Headers(MessageDirection.Response, ends: false, observes: false, (":status", "200")),
            ProcessingScenario.Body(MessageDirection.Response, 10, ends: false, observes: false),
            new() { ResponseTrailers = new HttpTrailers { Trailers = new() } },
        ];
        var answers = new List<ProcessingResponse.ResponseOneofCase>();
        foreach (ProcessingRequest request in requests)
        {
            await call.RequestStream.WriteAsync(request);
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(2, call.ResponseStream.Current.CalculateSize());
            answers.Add(call.ResponseStream.Current.ResponseCase);
        }

        Assert.Equal(Enum.GetValues<ProcessingResponse.ResponseOneofCase>().Skip(1).Order(), answers.Order());
        Assert.Equal(requests.Select(request => request.RequestCase.ToString()), answers.Select(answer => answer.ToString()));
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Process_Malformed_IsCountedAndEndsWithOk()
    {
        byte[] body = [.. ProcessingScenario.Frames(ProcessingScenario.Messages("get-200").Take(1)), .. RawGrpcClient.Frame([0x12, 0xFF, 0x01])];
        RawGrpcResult result = await _client.Send(RawGrpcClient.ProcessPath, body);
        Assert.Equal("0", result.GrpcStatus);
        Assert.Equal(CaptureInput.ExternalProcessor, Assert.Single(_host.Intake.Malformed).Input);
        Assert.Equal(1, _host.Instruments.Malformed(CaptureInput.ExternalProcessor));
        Assert.Equal(CloseReason.CaptureEnded, await Assert.Single(_host.Intake.Exchanges).Closed);
        Assert.Equal("0", (await _client.Send(RawGrpcClient.ProcessPath, ProcessingScenario.Frames(ProcessingScenario.Messages("post-201")))).GrpcStatus);
        Assert.Equal(2, _host.Intake.Exchanges.Count);
    }

    [Fact]
    public async Task Process_HalfClosedWithinAMessage_IsMalformed()
    {
        byte[] frames = ProcessingScenario.Frames(ProcessingScenario.Messages("err-500").Take(1));
        RawGrpcResult result = await _client.Send(RawGrpcClient.ProcessPath, [.. frames, .. frames.AsSpan(0, frames.Length / 2)]);
        Assert.Equal("0", result.GrpcStatus);
        Assert.Contains("middle of a message", Assert.Single(_host.Intake.Malformed).Detail, StringComparison.Ordinal);
        Assert.Equal(CloseReason.CaptureEnded, await Assert.Single(_host.Intake.Exchanges).Closed);
    }

    [Fact]
    public async Task Process_OversizedBody_IsSkippedAndMarksTheBody()
    {
        ProcessingRequest[] requests =
        [
            ProcessingScenario.Headers(MessageDirection.Request, ends: false, observes: true, (":path", "/")),
            ProcessingScenario.Body(MessageDirection.Request, 3 * 1024 * 1024, ends: false),
            ProcessingScenario.Body(MessageDirection.Request, 7, ends: true),
            ProcessingScenario.Headers(MessageDirection.Response, ends: true, observes: true, (":status", "200")),
        ];
        RawGrpcResult result = await _client.Send(RawGrpcClient.ProcessPath, ProcessingScenario.Frames(requests.Select(request => request.ToByteArray())));
        IReadOnlyList<string> calls = Assert.Single(_host.Intake.Exchanges).Calls;
        Assert.Equal("0", result.GrpcStatus);
        Assert.Equal(4, calls.Count);
        Assert.Equal(FakeExchange.DescribeBody(MessageDirection.Request, [], endOfStream: false, truncated: true), calls[1]);
        Assert.Equal(FakeExchange.DescribeBody(MessageDirection.Request, new byte[7], endOfStream: true, truncated: false), calls[2]);
        Assert.Equal(1, _host.Instruments.Refused(RefusalReason.Oversized));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("gzip")]
    public async Task Process_Compressed_IsUnimplemented(string? encoding)
    {
        (string, string)[] headers = encoding is null ? [] : [("grpc-encoding", encoding)];
        RawGrpcResult result = await _client.Send(RawGrpcClient.ProcessPath, RawGrpcClient.Frame([1, 2, 3], flag: 1), "application/grpc", headers);
        Assert.Equal("12", result.GrpcStatus);
        Assert.Equal(1, _host.Instruments.Refused(RefusalReason.Compressed));
        Assert.Empty(_host.Intake.Exchanges);
    }

    [Fact]
    public async Task Process_Shed_EndsWithOkAtOnce()
    {
        _host.Intake.Sheds = true;
        OpenRequest request = _client.Open(RawGrpcClient.ProcessPath);
        await request.Write(ProcessingScenario.Frames(ProcessingScenario.Messages("upload-chunked").Take(1)));
        Assert.Equal("0", await request.Status());
        request.HalfClose();
    }

    [Fact]
    public async Task Process_ConnectionClosed_DisposesItsShard()
    {
        await _client.Send(RawGrpcClient.ProcessPath, ProcessingScenario.Frames(ProcessingScenario.Messages("get-200")));
        await _client.Send(RawGrpcClient.ProcessPath, ProcessingScenario.Frames(ProcessingScenario.Messages("get-200")));
        FakeShard shard = Assert.Single(_host.Intake.Shards);
        Assert.False(shard.Disposed.IsCompleted);
        _client.Dispose();
        await shard.Disposed.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Process_ThousandStreamsAtOnce_EachIsItsOwnExchange()
    {
        const int count = 1000;
        byte[][] messages = [.. ProcessingScenario.Messages("post-201")];
        OpenRequest[] requests = [.. Enumerable.Range(0, count).Select(_ => _client.Open(RawGrpcClient.ProcessPath))];
        await Task.WhenAll(requests.Select(request => request.Write(ProcessingScenario.Frames(messages.Take(1)))));
        for (int index = 0; index < count; index++)
            await _host.Intake.Next();
        Assert.Equal(count, _host.Instruments.OpenStreams);
        await Task.WhenAll(requests.Select(request => request.Write(ProcessingScenario.Frames(messages.Skip(1)))));
        string?[] statuses = await Task.WhenAll(requests.Select(request => request.Status()));
        Assert.All(statuses, status => Assert.Equal("0", status));
        IReadOnlyList<string> expected = ProcessingScenario.ExpectedCalls(messages);
        Assert.Equal(count, _host.Intake.Exchanges.Count);
        Assert.All(_host.Intake.Exchanges, exchange => Assert.Equal(expected, exchange.Calls));
        foreach (OpenRequest request in requests)
            request.HalfClose();
    }

    [Fact]
    public async Task Process_OurOwnFault_EndsWithOkAndTakesHealthAway()
    {
        _host.Intake.Fault = new InvalidOperationException("the ring is broken");
        RawGrpcResult result = await _client.Send(RawGrpcClient.ProcessPath, ProcessingScenario.Frames(ProcessingScenario.Messages("get-200")));
        Assert.Equal("0", result.GrpcStatus);
        RawGrpcResult health = await _client.Send("/grpc.health.v1.Health/Check", RawGrpcClient.Frame([]));
        Assert.Equal([0, 0, 0, 0, 2, 8, 2], health.Body);
        Assert.Contains(_host.Logs.Of(LogLevel.Error), line => line.Contains("the ring is broken", StringComparison.Ordinal));
    }
}
