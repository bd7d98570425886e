using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;

namespace Loop.Capture.Tests.Hosting;

/// <summary>Sends gRPC frames byte by byte as a test wants them, also wrong ones.</summary>
internal sealed class RawGrpcClient(int port) : IDisposable
{
    public const string ProcessPath = "/envoy.service.ext_proc.v3.ExternalProcessor/Process";
    public const string LogsPath = "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs";

    private readonly HttpClient _http = new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true }) { Timeout = TimeSpan.FromSeconds(30) };

    public async Task<RawGrpcResult> Send(string path, byte[] body, string contentType = "application/grpc", params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = Request(path, new ByteArrayContent(body), contentType, headers);
        using HttpResponseMessage response = await _http.SendAsync(request);
        byte[] answer = await response.Content.ReadAsByteArrayAsync();
        return new RawGrpcResult(response.StatusCode, Status(response), answer);
    }

    /// <summary>Begins a request whose bytes the test writes as it goes on.</summary>
    public OpenRequest Open(string path, params (string Name, string Value)[] headers)
    {
        var content = new OpenContent();
        HttpRequestMessage request = Request(path, content, "application/grpc", headers);
        return new OpenRequest(content, _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
    }

    public void Dispose() => _http.Dispose();

    public static byte[] Frame(byte[] message, byte flag = 0)
    {
        byte[] frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    public static string? Status(HttpResponseMessage response) =>
        response.TrailingHeaders.TryGetValues("grpc-status", out IEnumerable<string>? trailer) ? trailer.Single()
        : response.Headers.TryGetValues("grpc-status", out IEnumerable<string>? header) ? header.Single()
        : null;

    private HttpRequestMessage Request(string path, HttpContent content, string contentType, (string Name, string Value)[] headers)
    {
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{port}{path}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }
}

internal sealed record RawGrpcResult(HttpStatusCode HttpStatus, string? GrpcStatus, byte[] Body);

/// <summary>A request in progress.</summary>
internal sealed class OpenRequest(OpenContent content, Task<HttpResponseMessage> response)
{
    public Task<HttpResponseMessage> Response => response.WaitAsync(TimeSpan.FromSeconds(20));

    public async Task Write(byte[] bytes)
    {
        Stream stream = await content.Stream;
        await stream.WriteAsync(bytes);
        await stream.FlushAsync();
    }

    public void HalfClose() => content.End();

    public void Reset() => content.Fail();

    public async Task<string?> Status()
    {
        using HttpResponseMessage answer = await Response;
        await answer.Content.ReadAsByteArrayAsync().WaitAsync(TimeSpan.FromSeconds(20));
        return RawGrpcClient.Status(answer);
    }
}

internal sealed class OpenContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Stream> Stream => _stream.Task.WaitAsync(TimeSpan.FromSeconds(20));

    public void End() => _end.TrySetResult();

    public void Fail() => _end.TrySetException(new IOException("reset by the test"));

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.FlushAsync();
        _stream.TrySetResult(stream);
        await _end.Task;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
