using System.Net;
using System.Net.Sockets;
using System.Text;
using Loop.Capture.Diagnostics;
using Loop.Capture.Tests.Hosting;
using Xunit;

namespace Loop.Capture.Tests.Listening;

public sealed class CaptureGateTests : IAsyncLifetime
{
    private CaptureHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await CaptureHost.Start();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("GET /api/v1/status HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("PUT / HTTP/1.0\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001")]
    public async Task CapturePort_NotHttp2_IsToldAndCounted(string bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _host.Port);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(bytes));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        string answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.StartsWith("HTTP/1.1 505 ", answer, StringComparison.Ordinal);
        Assert.Contains("--http-listen", answer, StringComparison.Ordinal);
        string[] parts = answer.Split("\r\n\r\n", 2);
        Assert.Contains($"content-length: {parts[1].Length}", parts[0], StringComparison.Ordinal);
        Assert.Equal(1, _host.Instruments.Refused(RefusalReason.NotHttp2));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpc-web+proto")]
    public async Task CapturePort_OtherContentType_IsRefused(string contentType)
    {
        using RawGrpcClient client = _host.Raw();
        RawGrpcResult result = await client.Send(RawGrpcClient.ProcessPath, [1], contentType);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, result.HttpStatus);
        Assert.Equal(1, _host.Instruments.Refused(RefusalReason.NotGrpc));
        Assert.Empty(_host.Intake.Exchanges);
    }

    [Fact]
    public async Task CapturePort_UnknownMethod_IsUnimplemented()
    {
        using RawGrpcClient client = _host.Raw();
        Assert.Equal("12", (await client.Send("/envoy.service.ext_proc.v3.ExternalProcessor/Other", RawGrpcClient.Frame([]))).GrpcStatus);
        Assert.Equal(1, _host.Instruments.Refused(RefusalReason.UnknownMethod));
    }

    [Fact]
    public async Task CapturePort_RestRoute_IsNotServed()
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{_host.Port}/api/v1/status")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using HttpResponseMessage response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.DoesNotContain("rest\n", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherPort_CaptureMethod_IsMisdirected()
    {
        using var http = new HttpClient();
        using var content = new ByteArrayContent(RawGrpcClient.Frame([]));
        content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        using HttpResponseMessage response = await http.PostAsync(new Uri($"http://127.0.0.1:{_host.RestPort}{RawGrpcClient.ProcessPath}"), content);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, response.StatusCode);
        Assert.Empty(_host.Intake.Exchanges);
    }

    [Fact]
    public async Task OtherPort_RestRoute_IsServed()
    {
        using var http = new HttpClient();
        Assert.Equal("rest", await http.GetStringAsync(new Uri($"http://127.0.0.1:{_host.RestPort}/api/v1/status")));
    }
}
