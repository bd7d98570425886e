using System.Net;
using Xunit;

namespace Loop.Integration.Tests.Harness;

/// <summary>A client of the mesh that adds nothing of its own to a request.</summary>
internal sealed class WireClient : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { ActivityHeadersPropagator = null, AutomaticDecompression = DecompressionMethods.None, UseProxy = false, UseCookies = false });

    public HttpClient Http => _client;

    public static HttpRequestMessage Request(Uri proxy, string host, HttpMethod method, string path, TestTrace? trace)
    {
        var request = new HttpRequestMessage(method, new Uri(proxy, path)) { VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Host = host;
        if (trace is not null)
        {
            request.Headers.TryAddWithoutValidation("traceparent", trace.TraceParent);
            request.Headers.TryAddWithoutValidation("x-request-id", trace.RequestId);
        }

        return request;
    }

    public async Task<WireAnswer> Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _client.SendAsync(request, cancellationToken);
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return new WireAnswer(response.StatusCode, body, response.TrailingHeaders.ToDictionary(header => header.Key, header => header.Value.First(), StringComparer.OrdinalIgnoreCase));
    }

    public async Task<WireAnswer> Get(Uri proxy, string host, string path, TestTrace? trace, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Request(proxy, host, HttpMethod.Get, path, trace);
        return await Send(request, cancellationToken);
    }

    public async Task<WireAnswer> Post(Uri proxy, string host, string path, TestTrace? trace, byte[] body, string contentType, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Request(proxy, host, HttpMethod.Post, path, trace);
        request.Content = new ByteArrayContent(body) { Headers = { ContentType = new(contentType) } };
        return await Send(request, cancellationToken);
    }

    /// <summary>Reads the beginning of an answer, lets somebody break it off, and fails when it ends well.</summary>
    public async Task GetUntilBrokenOff(Uri proxy, string host, string path, TestTrace trace, Action breakOff, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Request(proxy, host, HttpMethod.Get, path, trace);
        using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await body.ReadExactlyAsync(new byte[1], cancellationToken);
        breakOff();
        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null, cancellationToken));
    }

    public void Dispose() => _client.Dispose();
}

/// <summary>What the client saw.</summary>
internal sealed record WireAnswer(HttpStatusCode Status, byte[] Body, IReadOnlyDictionary<string, string> Trailers);
