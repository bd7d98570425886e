using System.Text;
using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Integration.Tests.Harness;
using Loop.Testing.Envoy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Loop.Integration.Tests.Capturing;

/// <summary>Secrets in headers that pass a real Envoy never reach the disk, and equal ones stay equal.</summary>
public sealed class RedactionTests
{
    private const string Bearer = "eyJhbGciOiJub25lIn0.c2VjcmV0LWJlYXJlcg.";
    private const string Session = "c0ffee-session-5ecret";
    private const string ApiKey = "ak_live_51eb0d2c";

    private static readonly string[] Secrets = [Bearer, Session, ApiKey];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Secrets_InFailingRequests_AreTokensEverywhereAndEqualOnesAreEqual()
    {
        await using LoopServer server = await LoopServer.Start();
        await using ShapedService service = await ShapedService.Start(SetCookieAndFail);
        await using RealEnvoy envoy = await RealEnvoy.StartAsync(CapturedMesh.InboundProxy(Loop.EnvoyConfig.EnvoyAddress.Loopback(server.Capture!.Port), service));
        using var api = new LoopApi(server.Http);
        using var client = new WireClient();
        await api.CollectorIsUsedBy(envoy, Cancellation);

        HopView first = await Send(api, client, envoy);
        HopView second = await Send(api, client, envoy);

        Assert.Matches("^Bearer loop:[^:]+:.{22}$", Header(first.Request!.Headers, "authorization"));
        Assert.Matches("^sid=loop:[^:]+:.{22}; theme=loop:[^:]+:.{22}$", Header(first.Request.Headers, "cookie"));
        foreach (string name in new[] { "authorization", "cookie", "x-api-key" })
            Assert.Equal(Header(first.Request.Headers, name), Header(second.Request!.Headers, name));
        Assert.StartsWith(Header(first.Request.Headers, "cookie").Split(';')[0], Header(first.Response!.Headers, "set-cookie"));
        await server.Stop();
        AssertNowhere(server.DataDirectory);
        Assert.All(Secrets, secret => Assert.DoesNotContain(secret, server.Log, StringComparison.Ordinal));
        Assert.Empty(server.Errors);
    }

    private static async Task<HopView> Send(LoopApi api, WireClient client, RealEnvoy envoy)
    {
        var trace = TestTrace.New();
        using HttpRequestMessage request = WireClient.Request(envoy[Loop.EnvoyConfig.ListenerDirection.Inbound], "orders", HttpMethod.Get, "/login", trace);
        request.Headers.TryAddWithoutValidation("authorization", $"Bearer {Bearer}");
        request.Headers.TryAddWithoutValidation("cookie", $"sid={Session}; theme=dark");
        request.Headers.TryAddWithoutValidation("x-api-key", ApiKey);
        await client.Send(request, Cancellation);
        ConversationDetail kept = await api.SealedOf(trace, Cancellation);
        string shown = JsonSerializer.Serialize(kept);
        Assert.All(Secrets, secret => Assert.DoesNotContain(secret, shown, StringComparison.Ordinal));
        return Assert.Single(kept.Hops);
    }

    private static string Header(IReadOnlyList<string[]> headers, string name) => headers.First(header => header[0] == name)[1];

    private static Task SetCookieAndFail(HttpContext context)
    {
        context.Response.StatusCode = 500;
        context.Response.Headers.SetCookie = $"sid={Session}; Path=/; HttpOnly";
        return Task.CompletedTask;
    }

    // Packs are compressed; their heads were read through the API above, the rest is searched byte by byte.
    private static void AssertNowhere(string directory)
    {
        string[] files = Directory.GetFiles(directory, "*", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            byte[] bytes = File.ReadAllBytes(file);
            foreach (string secret in Secrets)
                Assert.True(bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(secret)) < 0, $"{file} holds {secret}");
        }
    }
}
