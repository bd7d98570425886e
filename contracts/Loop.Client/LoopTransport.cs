using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Loop.Contracts.Api;

namespace Loop.Client;

/// <summary>Sends requests and turns every way of failing into a <see cref="LoopClientException"/>.</summary>
internal sealed class LoopTransport : IDisposable
{
    private readonly LoopClientOptions _options;
    private readonly HttpClient _http;

    public LoopTransport(LoopClientOptions options)
    {
        _options = options;
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = options.ConnectTimeout,
            AllowAutoRedirect = false,
            // A proxy named by the environment cannot reach this machine's loopback.
            UseProxy = !options.Url.IsLoopback,
        };
        _http = new HttpClient(handler) { BaseAddress = options.Url, Timeout = Timeout.InfiniteTimeSpan };
        if (options.Token is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.Token);
    }

    public async Task<T> Get<T>(string path, CancellationToken cancellationToken) =>
        await ReadJson<T>(new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);

    public async Task<T> Post<T>(string path, object body, CancellationToken cancellationToken) =>
        await ReadJson<T>(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, body.GetType(), options: LoopJson.Options) }, cancellationToken);

    public async Task<T> PostJson<T>(string path, Stream json, CancellationToken cancellationToken)
    {
        var content = new StreamContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await ReadJson<T>(new HttpRequestMessage(HttpMethod.Post, path) { Content = content }, cancellationToken);
    }

    public async Task<T> Delete<T>(string path, CancellationToken cancellationToken) =>
        // Loop changes nothing for a request that a browser might send by itself: the content type tells.
        await ReadJson<T>(new HttpRequestMessage(HttpMethod.Delete, path) { Content = new StringContent("", System.Text.Encoding.UTF8, "application/json") }, cancellationToken);

    /// <summary>The head of a good answer; its content is still to be read. The caller disposes it.</summary>
    public async Task<HttpResponseMessage> Open(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = Limit(cancellationToken);
        HttpResponseMessage response = await Guard(() => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token), cancellationToken);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            if ((int)response.StatusCode is >= 300 and < 400)
                throw new LoopAnswerException(_options.Url, $"it redirects to {response.Headers.Location}");
            LoopApiException refusal = await Guard(() => ProblemReader.Read(response, limit.Token), cancellationToken);
            // Loop's own refusals always carry a problem; without one, "not found" is the word of another program. A gateway's 401 or 503 keeps its meaning.
            bool isForeign = !refusal.IsProblem && response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.HttpVersionNotSupported;
            throw isForeign ? new LoopAnswerException(_options.Url, refusal.Message) : refusal;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> ReadJson<T>(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            using HttpResponseMessage response = await Open(request, cancellationToken);
            using CancellationTokenSource limit = Limit(cancellationToken);
            try
            {
                return await Guard(() => response.Content.ReadFromJsonAsync<T>(LoopJson.Options, limit.Token), cancellationToken)
                    ?? throw new LoopAnswerException(_options.Url, "the answer is empty");
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or NotSupportedException)
            {
                throw new LoopAnswerException(_options.Url, $"{request.Method} {request.RequestUri} gave no {typeof(T).Name} ({exception.Message})", exception);
            }
        }
    }

    private CancellationTokenSource Limit(CancellationToken cancellationToken)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.AnswerTimeout);
        return limit;
    }

    private async Task<T> Guard<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        try
        {
            return await action();
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LoopUnreachableException(_options.Url, $"no answer within {_options.AnswerTimeout.TotalSeconds:0.#} s", exception);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError)
        {
            throw new LoopAnswerException(_options.Url, "what it sent is no HTTP", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new LoopUnreachableException(_options.Url, (exception.InnerException ?? exception).Message, exception);
        }
    }
}
