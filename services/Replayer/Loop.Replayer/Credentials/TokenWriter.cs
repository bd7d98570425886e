using System.Globalization;
using System.Text.Json.Nodes;
using Loop.Contracts.Redaction;
using Loop.SandboxFiles;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Loop.Replayer.Credentials;

/// <summary>
/// Writes a live token from a redacted one: kept claims as recorded, times moved to the sandbox's clock, declared claims as the file says. A claim that redaction
/// hid and nobody declared gets a value of its own, which is equal wherever the recorded one was.
/// </summary>
internal sealed class TokenWriter(JwtMint rule, ITokenKeys keys, TokenTimes times)
{
    // RFC 7519 §4.1 and OpenID Connect Core §2: seconds since 1970.
    private static readonly string[] TimeClaims = ["iat", "nbf", "exp", "auth_time"];
    // The year 3000; what lies beyond is no date, and nothing overflows.
    private const double MaximumSeconds = 32_503_680_000;
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>The same for a clock that shows a later time.</summary>
    public TokenWriter Later(TimeSpan offset) => new(rule, keys, new TokenTimes(times.Start + offset, times.Shift + offset));

    /// <summary>Header, claims and a signature.</summary>
    public string Write(RedactedJwt recorded)
    {
        string? type = RedactedJwt.IsTokenised(recorded.Header["typ"]) ? null : Text(recorded.Header["typ"]);
        // Unless it is told one, the library writes one.
        Dictionary<string, object> header = type is null ? [] : new() { [JwtHeaderParameterNames.Typ] = type };
        return Handler.CreateToken(Claims(recorded).ToJsonString(), Signing(recorded), header);
    }

    /// <summary>What was done, in words.</summary>
    public string Describe(RedactedJwt recorded)
    {
        string[] madeUp = [.. MadeUp(recorded)];
        string[] declared = [.. rule.Claims.Keys];
        string until = Time(Claims(recorded)["exp"]) is { } exp ? string.Create(CultureInfo.InvariantCulture, $", valid until {exp:yyyy-MM-ddTHH:mm:ssZ}") : "";
        return $"{Signing(recorded).Algorithm}{until}{(declared.Length == 0 ? "" : $", declared {string.Join(", ", declared)}")}{(madeUp.Length == 0 ? "" : $", made up {string.Join(", ", madeUp)}")}";
    }

    private JsonObject Claims(RedactedJwt recorded)
    {
        JsonObject claims = recorded.Claims.DeepClone().AsObject();
        foreach (string name in MadeUp(recorded))
            claims[name] = Unredacted(Text(claims[name])!);
        foreach (string name in TimeClaims)
        {
            if (Time(claims[name]) is { } time)
                claims[name] = Seconds(time + times.Shift);
        }

        if (rule.LifetimeMinutes is { } minutes)
            claims["exp"] = Seconds(times.Start.AddMinutes(minutes));
        foreach ((string name, string json) in rule.Claims)
            claims[name] = JsonNode.Parse(json);
        // Signatures of equal claims may be equal: this one makes the token its own.
        if (claims["jti"] is null)
            claims["jti"] = Unredacted(recorded.Token);
        return claims;
    }

    private IEnumerable<string> MadeUp(RedactedJwt recorded) => recorded.Claims.Where(claim => RedactedJwt.IsTokenised(claim.Value) && !rule.Claims.ContainsKey(claim.Key)).Select(claim => claim.Key);

    private SigningCredentials Signing(RedactedJwt recorded) => keys.For(rule.Algorithm, RedactedJwt.IsTokenised(recorded.Header["alg"]) ? null : Text(recorded.Header["alg"]));

    // The part of a token that tells it from others; a token itself is never sent.
    private static string Unredacted(string token) => token[(token.LastIndexOf(':') + 1)..];

    private static string? Text(JsonNode? value) => value is JsonValue text && text.TryGetValue(out string? read) ? read : null;

    private static DateTimeOffset? Time(JsonNode? seconds) =>
        seconds is JsonValue value && double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && Math.Abs(number) < MaximumSeconds
            ? DateTimeOffset.UnixEpoch.AddSeconds(number)
            : null;

    private static long Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds();
}
