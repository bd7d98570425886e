using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Loop.Contracts.Api;
using Loop.EnvoyConfig;
using Loop.EnvoyConfig.Running;
using Loop.Integration.Tests.Harness;
using Loop.Testing.Envoy;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Loop.Integration.Tests.Replaying;

/// <summary>
/// A service that checks JWTs behind a real Envoy, and whoever issues them. The service has the keys before the failing request comes, so no recording shows
/// how it got them. Everything but the recording is gone when <see cref="KeepFailure"/> returns.
/// </summary>
internal static class TokenMesh
{
    /// <summary>The program, beside the tests.</summary>
    public static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Loop.Replayer.Sandbox.Programs");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The sealed conversation of a request that fails, and the token that it carried.</summary>
    public static async Task<(ConversationDetail Kept, string Token)> KeepFailure(LoopServer server)
    {
        using RSA rsa = RSA.Create(2048);
        RsaSecurityKey key = new(rsa) { KeyId = "production-7" };
        await using ShapedService login = await ShapedService.Start(context => context.Response.WriteAsync(KeySet(rsa, key.KeyId)));
        int port = FreePorts.Take();
        using Process service = Start(port, $"http://127.0.0.1:{login.Http1.Port.ToString(CultureInfo.InvariantCulture)}/keys");
        await using RealEnvoy envoy = await RealEnvoy.StartAsync(Proxy(server, port));
        using var api = new LoopApi(server.Http);
        using var client = new WireClient();
        try
        {
            await api.CollectorIsUsedBy(envoy, Cancellation);
            // Fills the cache; one of them is the control.
            while ((int)(await Send(client, envoy, TestTrace.New(), Token(key, "read"))).Status != 200)
                await Task.Delay(50, Cancellation);
            var trace = TestTrace.New();
            string token = Token(key, "read write");
            Assert.Equal(500, (int)(await Send(client, envoy, trace, token)).Status);
            ConversationDetail kept = await api.SealedOf(trace, Cancellation);
            await api.ListedOf(trace, Cancellation);
            return (await WithControl(api, kept), token);
        }
        finally
        {
            service.Kill();
            await service.WaitForExitAsync(CancellationToken.None);
        }
    }

    // A control is looked for after the seal.
    private static async Task<ConversationDetail> WithControl(LoopApi api, ConversationDetail kept)
    {
        while (kept.ControlId is null)
        {
            await Task.Delay(100, Cancellation);
            kept = await api.Show(kept.Id, Cancellation);
        }

        return kept;
    }

    private static Process Start(int port, string keys)
    {
        ProcessStartInfo start = new(Program, ["tokens", port.ToString(CultureInfo.InvariantCulture)]);
        start.Environment["KEYS_URL"] = keys;
        return Process.Start(start)!;
    }

    private static async Task<WireAnswer> Send(WireClient client, RealEnvoy envoy, TestTrace trace, string token)
    {
        using HttpRequestMessage request = WireClient.Request(envoy[ListenerDirection.Inbound], "accounts", HttpMethod.Get, "/limit", trace);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.Send(request, Cancellation);
    }

    private static string Token(SecurityKey key, string scope)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        JsonObject claims = new()
        {
            ["iss"] = "https://login.example",
            ["aud"] = "accounts",
            ["sub"] = "ann.example.person",
            ["email"] = "ann@example.org",
            ["scope"] = scope,
            ["iat"] = now - 60,
            ["nbf"] = now - 60,
            ["exp"] = now + 600,
        };
        return new JsonWebTokenHandler().CreateToken(claims.ToJsonString(), new SigningCredentials(key, SecurityAlgorithms.RsaSha256), new Dictionary<string, object> { ["typ"] = "at+jwt" });
    }

    private static string KeySet(RSA rsa, string id)
    {
        RSAParameters half = rsa.ExportParameters(includePrivateParameters: false);
        JsonObject key = new() { ["kty"] = "RSA", ["kid"] = id, ["n"] = Base64UrlEncoder.Encode(half.Modulus), ["e"] = Base64UrlEncoder.Encode(half.Exponent) };
        return new JsonObject { ["keys"] = new JsonArray(key) }.ToJsonString();
    }

    private static EnvoyProxyConfig Proxy(LoopServer server, int port) => new()
    {
        Service = "accounts",
        Collector = EnvoyAddress.Loopback(server.Capture!.Port),
        Listeners = [new ListenerConfig { Direction = ListenerDirection.Inbound, Listen = EnvoyAddress.Loopback(0), Routes = [new RouteConfig { Name = "app", Target = EnvoyAddress.Loopback(port) }] }],
    };
}
