using System.Text;
using Loop.Capture.Tests.Hosting;
using Xunit;

namespace Loop.Capture.Tests.Health;

public sealed class HealthEndpointTests : IAsyncLifetime
{
    private const string CheckPath = "/grpc.health.v1.Health/Check";
    private const string WatchPath = "/grpc.health.v1.Health/Watch";

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

    [Theory]
    [InlineData("")]
    [InlineData("envoy.service.ext_proc.v3.ExternalProcessor")]
    public async Task Check_KnownService_IsServing(string service)
    {
        RawGrpcResult result = await _client.Send(CheckPath, Request(service));
        Assert.Equal("0", result.GrpcStatus);
        Assert.Equal([0, 0, 0, 0, 2, 8, 1], result.Body);
    }

    [Fact]
    public async Task Check_UnknownService_IsNotFound()
    {
        RawGrpcResult result = await _client.Send(CheckPath, Request("other"));
        Assert.Equal("5", result.GrpcStatus);
        Assert.Empty(result.Body);
    }

    [Fact]
    public async Task Check_Garbage_IsInvalidArgument() =>
        Assert.Equal("3", (await _client.Send(CheckPath, RawGrpcClient.Frame([0xFF]))).GrpcStatus);

    [Fact]
    public async Task Watch_UntilTheProcessStops_SaysServingThenNotServing()
    {
        OpenRequest request = _client.Open(WatchPath);
        await request.Write(Request(""));
        using HttpResponseMessage response = await request.Response;
        await using Stream body = await response.Content.ReadAsStreamAsync();
        byte[] answer = new byte[7];
        await body.ReadExactlyAsync(answer);
        Assert.Equal([0, 0, 0, 0, 2, 8, 1], answer);
        Task stopped = _host.Stop();
        await body.ReadExactlyAsync(answer);
        Assert.Equal([0, 0, 0, 0, 2, 8, 2], answer);
        request.HalfClose();
        await stopped;
    }

    private static byte[] Request(string service) =>
        RawGrpcClient.Frame(service.Length == 0 ? [] : [0x0A, (byte)service.Length, .. Encoding.ASCII.GetBytes(service)]);
}
