using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Loop.Contracts.Redaction;

/// <summary>
/// What is left of a JWT after redaction, version 1 of the form: the token of the whole value, so that it still compares and links like any other secret,
/// then <c>.jwt1.</c>, the header and the claims, both as JSON in base64url: <c>loop:KEYID:….jwt1.eyJhbGci….eyJpc3Mi…</c>.
/// </summary>
/// <param name="Text">As it stands in the header.</param>
/// <param name="Token">Token of the whole JWT.</param>
/// <param name="Header">Header parameters; those that are not kept are tokens.</param>
/// <param name="Claims">Claims; those that are not kept are tokens.</param>
public sealed partial record RedactedJwt(string Text, string Token, JsonObject Header, JsonObject Claims)
{
    private const string Mark = ".jwt1.";

    // Each name once: nobody may read one value where another reads the other.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Exactly one redacted JWT; null for anything else.</summary>
    public static RedactedJwt? Parse(string value) =>
        Parts(value) is ({ } token, { } header, { } claims) && Read(header) is { } headerJson && Read(claims) is { } claimsJson ? new RedactedJwt(value, token, headerJson, claimsJson) : null;

    /// <summary>A value with each redacted JWT in it replaced: <c>Bearer loop:…</c>, <c>sid=loop:…; theme=loop:…</c>. Those without a replacement stay.</summary>
    /// <param name="value">Value of a redacted header.</param>
    /// <param name="replacement">Gives the replacement; null leaves it.</param>
    public static string Replace(string value, Func<RedactedJwt, string?> replacement) =>
        Inside().Replace(value, match => Parse(match.Value) is { } jwt && replacement(jwt) is { } other ? other : match.Value);

    /// <summary>True for a value that is a token and nothing else: a header parameter or a claim that was not kept.</summary>
    public static bool IsTokenised(JsonNode? value) => value is JsonValue text && text.TryGetValue(out string? token) && RedactionTokens.IsAlone(token);

    internal static string Write(string token, ReadOnlySpan<byte> header, ReadOnlySpan<byte> claims) => $"{token}{Mark}{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(claims)}";

    internal static (string Token, string Header, string Claims)? Parts(string value) =>
        Alone().Match(value) is { Success: true } match ? (match.Groups["token"].Value, match.Groups["header"].Value, match.Groups["claims"].Value) : null;

    private static JsonObject? Read(string part)
    {
        try
        {
            return Base64Url.IsValid(part) ? JsonNode.Parse(Base64Url.DecodeFromChars(part), documentOptions: Strict) as JsonObject : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\A(?<token>loop:[A-Za-z0-9_-]{1,64}:[A-Za-z0-9_-]{22})\.jwt1\.(?<header>[A-Za-z0-9_-]+)\.(?<claims>[A-Za-z0-9_-]+)\z")]
    private static partial Regex Alone();

    [GeneratedRegex(@"(?<![A-Za-z0-9_-])loop:[A-Za-z0-9_-]{1,64}:[A-Za-z0-9_-]{22}\.jwt1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")]
    private static partial Regex Inside();
}
