using System.Net;
using System.Text;
using Loop.Integration.Tests.Harness;
using Xunit;

namespace Loop.Integration.Tests.Serving;

/// <summary>Who may use the REST API of a real server: not every page that a browser on this machine shows.</summary>
public sealed class ApiAccessTests(ApiAccessTests.Servers servers) : IClassFixture<ApiAccessTests.Servers>
{
    private const string Token = "t0ken-of-the-test";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Host", "evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("Host", "127.0.0.1:1", HttpStatusCode.MisdirectedRequest)]
    [InlineData("Origin", "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "none", HttpStatusCode.OK)]
    [InlineData("Accept", "*/*", HttpStatusCode.OK)]
    public async Task Read_FromElsewhere_IsRefusedWithAReason(string header, string value, HttpStatusCode expected)
    {
        foreach (string path in new[] { "/api/v1/status", "/api/v1/conversations", "/openapi/v1.json", "/metrics" })
        {
            using HttpRequestMessage request = Request(servers.Open, HttpMethod.Get, path, (header, value));
            using HttpResponseMessage answer = await servers.Client.SendAsync(request, Cancellation);

            Assert.True(expected == answer.StatusCode, $"{path}: {(int)answer.StatusCode}");
            if (expected is not HttpStatusCode.OK)
                Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task Tail_FromAForeignPage_IsRefused()
    {
        using HttpRequestMessage request = Request(servers.Open, HttpMethod.Get, "/api/v1/tail", ("Origin", "http://evil.example"));
        using HttpResponseMessage answer = await servers.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("multipart/form-data; boundary=x", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json", HttpStatusCode.NotFound)]
    public async Task Change_ThatAFormCouldSend_IsRefused(string contentType, HttpStatusCode expected)
    {
        using HttpRequestMessage request = Request(servers.Open, HttpMethod.Post, "/api/v1/conversations");
        request.Content = new StringContent("""{"key":"request:nobody"}""", Encoding.UTF8);
        request.Content.Headers.Remove("Content-Type");
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        using HttpResponseMessage answer = await servers.Client.SendAsync(request, Cancellation);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("Bearer wrong", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer " + Token, HttpStatusCode.OK)]
    public async Task Read_OfAServerWithAToken_NeedsIt(string? authorization, HttpStatusCode expected)
    {
        using HttpRequestMessage request = Request(servers.Guarded, HttpMethod.Get, "/api/v1/status");
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using HttpResponseMessage answer = await servers.Client.SendAsync(request, Cancellation);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Start_BeyondLoopbackWithoutAToken_IsRefused()
    {
        string data = Directory.CreateTempSubdirectory("loop-test-data-").FullName;

        (int code, string output) = await LoopServer.RunToEnd("--data", data, "--capture-listen", "127.0.0.1:0", "--link-listen", "127.0.0.1:0", "--http-listen", "0.0.0.0:0");

        Assert.Equal(78, code);
        Assert.Contains("--http-listen 0.0.0.0:", output, StringComparison.Ordinal);
        Assert.Contains("Loop__Api__Token", output, StringComparison.Ordinal);
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task GrpcPort_SpokenToInHttp1_RefusesAndGoesOn()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, $"http://{servers.Open.Capture}/api/v1/status");

        await Assert.ThrowsAnyAsync<HttpRequestException>(async () => (await servers.Client.SendAsync(request, Cancellation)).EnsureSuccessStatusCode());

        Assert.Empty(servers.Open.Errors);
    }

    private static HttpRequestMessage Request(LoopServer server, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, new Uri(server.Http, path));
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    /// <summary>One server as it starts by default, one that asks for a token.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        internal LoopServer Open { get; private set; } = null!;

        internal LoopServer Guarded { get; private set; } = null!;

        internal HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null });

        public async ValueTask InitializeAsync()
        {
            Open = await LoopServer.Start();
            Guarded = await LoopServer.Start(null, new Dictionary<string, string> { ["Loop__Api__Token"] = Token });
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await Guarded.DisposeAsync();
            await Open.DisposeAsync();
        }
    }
}
