using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Loop.Capture.Sources;
using Loop.Capture.Tests.Fakes;
using Loop.Capture.Tests.Hosting;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Data.Accesslog.V3;
using Loop.Protocols.Envoy.Service.Accesslog.V3;
using Xunit;

namespace Loop.Capture.Tests.AccessLog;

public sealed class AccessLogEndpointTests : IAsyncLifetime
{
    private CaptureHost _host = null!;
    private RawGrpcClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await CaptureHost.Start();
        _client = _host.Raw();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task StreamAccessLogs_Recording_DeliversEveryEntryUnchanged()
    {
        byte[][] messages = [.. Recording()];
        RawGrpcResult result = await _client.Send(RawGrpcClient.LogsPath, [.. messages.SelectMany(message => RawGrpcClient.Frame(message))]);
        HTTPAccessLogEntry[] expected = [.. messages.SelectMany(message => StreamAccessLogsMessage.Parser.ParseFrom(message).HttpLogs?.LogEntry ?? [])];
        Assert.Equal("0", result.GrpcStatus);
        Assert.NotEmpty(expected);
        Assert.Equal(expected, _host.Intake.AccessLogs.Select(log => HTTPAccessLogEntry.Parser.ParseFrom(log.Entry)));
        Assert.Equal(expected.Length, _host.Instruments.Received(CaptureInput.AccessLog));
        Assert.Empty(_host.Intake.Malformed);
    }

    [Fact]
    public async Task StreamAccessLogs_IdentifierInFirstMessageOnly_HoldsForTheStream()
    {
        using GrpcChannel channel = _host.Channel();
        using AsyncClientStreamingCall<StreamAccessLogsMessage, StreamAccessLogsResponse> call = new AccessLogService.AccessLogServiceClient(channel).StreamAccessLogs();
        StreamAccessLogsMessage first = Message("/a");
        first.Identifier = new StreamAccessLogsMessage.Types.Identifier { LogName = "loop-order-service-inbound", Node = new Node { Id = "n", Cluster = "c" } };
        await call.RequestStream.WriteAsync(first);
        await call.RequestStream.WriteAsync(Message("/b"));
        await call.RequestStream.CompleteAsync();
        await call.ResponseAsync;
        Assert.All(_host.Intake.AccessLogs, log => Assert.Equal(("order-service", ExchangeView.Server), (log.Source.Service, log.Source.View)));
        Assert.All(_host.Intake.AccessLogs, log => Assert.Equal("node-a/127.0.0.1/order-service", log.Source.Instance));
        Assert.Equal(2, _host.Intake.AccessLogs.Count);
    }

    [Fact]
    public async Task StreamAccessLogs_EntryOfAnOpenStream_IsDeliveredAtOnce()
    {
        OpenRequest request = _client.Open(RawGrpcClient.LogsPath, ("x-loop-service", "web"), ("x-loop-direction", "edge"), ("x-loop-instance", "web-1"));
        await request.Write(RawGrpcClient.Frame(Message("/a").ToByteArray()));
        await _host.Intake.NextLog();
        (var source, _) = Assert.Single(_host.Intake.AccessLogs);
        Assert.Equal(("web", ExchangeView.Edge, "web-1"), (source.Service, source.View, source.Instance));
        request.HalfClose();
        Assert.Equal("0", await request.Status());
    }

    [Fact]
    public async Task StreamAccessLogs_TcpLogs_AreCountedAsUnsupported()
    {
        var message = new StreamAccessLogsMessage { TcpLogs = new StreamAccessLogsMessage.Types.TCPAccessLogEntries() };
        await _client.Send(RawGrpcClient.LogsPath, RawGrpcClient.Frame(message.ToByteArray()));
        Assert.Equal(1, _host.Instruments.Unsupported(CaptureInput.AccessLog));
        Assert.Empty(_host.Intake.AccessLogs);
    }

    [Fact]
    public async Task StreamAccessLogs_MalformedMessage_LosesNothingElse()
    {
        byte[] good = RawGrpcClient.Frame(Message("/a").ToByteArray());
        RawGrpcResult result = await _client.Send(RawGrpcClient.LogsPath, [.. good, .. RawGrpcClient.Frame([0x12, 0x7F]), .. good]);
        Assert.Equal("0", result.GrpcStatus);
        Assert.Equal(2, _host.Intake.AccessLogs.Count);
        Assert.Equal(CaptureInput.AccessLog, Assert.Single(_host.Intake.Malformed).Input);
    }

    [Theory]
    [InlineData("loop-web-outbound", "web", ExchangeView.Client)]
    [InlineData("loop-a-b-edge", "a-b", ExchangeView.Edge)]
    [InlineData("loop-inbound", null, ExchangeView.Server)]
    [InlineData("loop-web", null, ExchangeView.Unknown)]
    [InlineData("other-web-inbound", null, ExchangeView.Unknown)]
    [InlineData("", null, ExchangeView.Unknown)]
    public void ParseName_EveryForm_IsUnderstoodOrLeft(string logName, string? service, ExchangeView view) =>
        Assert.Equal((service, view), NamedSource.ParseName(logName));

    private static StreamAccessLogsMessage Message(string path) => new()
    {
        HttpLogs = new StreamAccessLogsMessage.Types.HTTPAccessLogEntries { LogEntry = { new HTTPAccessLogEntry { Request = new HTTPRequestProperties { Path = path } } } },
    };

    private static IEnumerable<byte[]> Recording()
    {
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "fixtures", "als", "stream.pb_length_delimited"));
        var input = new CodedInputStream(file);
        while (!input.IsAtEnd)
            yield return input.ReadBytes().ToByteArray();
    }
}
