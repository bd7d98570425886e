using System.Text;
using System.Text.Json.Nodes;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Sandboxes;
using Loop.SandboxFiles;
using Microsoft.IdentityModel.Tokens;

namespace Loop.Replayer.Credentials;

/// <summary>What services get that ask for the keys of minted tokens.</summary>
internal static class KeyAnswers
{
    /// <summary>The key set, and the discovery document that names it (OpenID Connect Discovery 1.0 §4).</summary>
    /// <param name="rule">Says where they are.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="issuer">As recorded tokens name it; null when they name none.</param>
    public static IEnumerable<BackgroundStub> Of(JwtMint rule, PublishedKeys keys, string? issuer)
    {
        yield return Json(rule.KeySet!, new JsonObject { ["keys"] = new JsonArray([.. keys.Public.Select(Of)]) });
        if (rule.Discovery is not { } discovery)
            yield break;
        string named = rule.Claims.TryGetValue("iss", out string? declared) ? JsonNode.Parse(declared)!.ToString() : issuer ?? new Uri(discovery).GetLeftPart(UriPartial.Authority);
        yield return Json(discovery, new JsonObject
        {
            ["issuer"] = named,
            ["jwks_uri"] = rule.KeySet,
            ["id_token_signing_alg_values_supported"] = new JsonArray(SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256),
            ["subject_types_supported"] = new JsonArray("public"),
            ["response_types_supported"] = new JsonArray("code"),
        });
    }

    /// <summary>A recorded call that these answers take the place of: whether a service asks for keys depends on what it has cached.</summary>
    public static bool IsFetch(SandboxFile file, HopView hop) => hop.Request is { Method: "GET" } request
        && Urls(file).Any(url => BackgroundStubs.Authority(url) == request.Authority?.ToLowerInvariant() && url.PathAndQuery == request.Path);

    /// <summary>All URLs that are answered so.</summary>
    public static IEnumerable<Uri> Urls(SandboxFile file) =>
        file.Credentials.SelectMany(credential => new[] { credential.Jwt?.KeySet, credential.Jwt?.Discovery }).OfType<string>().Select(url => new Uri(url));

    private static JsonObject Of(JsonWebKey key)
    {
        JsonObject json = new() { ["kty"] = key.Kty, ["kid"] = key.Kid, ["use"] = key.Use, ["alg"] = key.Alg };
        foreach ((string name, string? value) in new[] { ("n", key.N), ("e", key.E), ("crv", key.Crv), ("x", key.X), ("y", key.Y) })
        {
            if (value is not null)
                json[name] = value;
        }

        return json;
    }

    private static BackgroundStub Json(string url, JsonObject body)
    {
        Uri uri = new(url);
        return new BackgroundStub(null, "GET", BackgroundStubs.Authority(uri), uri.PathAndQuery, 200, [new HeaderField("content-type", "application/json")], Encoding.UTF8.GetBytes(body.ToJsonString()));
    }
}
