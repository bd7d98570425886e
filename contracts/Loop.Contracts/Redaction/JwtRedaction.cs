using System.Buffers.Text;
using System.Collections.Frozen;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Loop.Contracts.Redaction;

/// <summary>
/// Redacts a signed JWT (RFC 7519 in the compact form of RFC 7515) by its structure: what tells how it was made and what it permits stays, every other
/// value becomes a token of its own, the signature is dropped. The form is <see cref="RedactedJwt"/>'s.
/// </summary>
internal static class JwtRedaction
{
    // Larger ones cross no proxy in a header.
    private const int MaximumLength = 64 * 1024;

    // jwk, x5c and the like are left out: they would do no harm, and nothing needs them.
    private static readonly FrozenSet<string> KeptParameters = FrozenSet.ToFrozenSet(["alg", "typ", "cty", "kid"], StringComparer.Ordinal);

    // Who issued it for whom, when, and what it permits: RFC 7519 §4.1, RFC 8693 §4.2, RFC 9068 §2.2, OpenID Connect Core §2. Nothing that names a person.
    private static readonly FrozenSet<string> KeptClaims = FrozenSet.ToFrozenSet(
        ["iss", "aud", "exp", "nbf", "iat", "auth_time", "scope", "scp", "role", "roles", "permissions", "azp", "client_id", "acr", "amr", "token_use", "typ", "ver"],
        StringComparer.Ordinal);

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The redacted form; null when the value is no JWT.</summary>
    public static string? TryRedact(string value, RedactionTokens tokens)
    {
        // {" in base64url; JSON may begin otherwise, and no library writes it so.
        if (!value.StartsWith("ey", StringComparison.Ordinal) || value.Length > MaximumLength || value.Split('.') is not [var header, var claims, _])
            return null;
        return Part(header, KeptParameters, tokens) is { } keptHeader && Part(claims, KeptClaims, tokens) is { } keptClaims && HasAlgorithm(header)
            ? RedactedJwt.Write(tokens.PlainTokenOf(value), keptHeader, keptClaims)
            : null;
    }

    /// <summary>True for what <see cref="TryRedact"/> wrote. A client can send the like of it: only a text in which nothing is left to redact passes.</summary>
    public static bool IsRedacted(string value, RedactionTokens tokens) =>
        RedactedJwt.Parts(value) is ({ } token, { } header, { } claims)
        && Part(header, KeptParameters, tokens) is { } sameHeader && Part(claims, KeptClaims, tokens) is { } sameClaims
        && RedactedJwt.Write(token, sameHeader, sameClaims) == value;

    private static byte[]? Part(string text, FrozenSet<string> kept, RedactionTokens tokens)
    {
        try
        {
            if (!Base64Url.IsValid(text))
                return null;
            using JsonDocument document = JsonDocument.Parse(Base64Url.DecodeFromChars(text));
            return document.RootElement.ValueKind is JsonValueKind.Object ? Redact(document.RootElement, kept, tokens) : null;
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            // Not JSON, or with strings that no text can hold.
            return null;
        }
    }

    private static byte[] Redact(JsonElement part, FrozenSet<string> kept, RedactionTokens tokens)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Compact))
        {
            writer.WriteStartObject();
            // RFC 7519 §4: of claims with one name the last one counts.
            foreach (JsonProperty member in part.EnumerateObject().GroupBy(member => member.Name, StringComparer.Ordinal).Select(group => group.Last()))
            {
                writer.WritePropertyName(member.Name);
                if (kept.Contains(member.Name) && IsPlain(member.Value))
                    Copy(writer, member.Value);
                else
                    writer.WriteStringValue(tokens.PlainTokenOf(member.Value.ValueKind is JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText()));
            }

            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    // An object may hold anything.
    private static bool IsPlain(JsonElement value) => value.ValueKind is JsonValueKind.Array
        ? value.EnumerateArray().All(item => item.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object))
        : value.ValueKind is not JsonValueKind.Object;

    private static void Copy(Utf8JsonWriter writer, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Array)
        {
            writer.WriteStartArray();
            foreach (JsonElement item in value.EnumerateArray())
                Copy(writer, item);
            writer.WriteEndArray();
        }
        else if (value.ValueKind is JsonValueKind.String)
        {
            writer.WriteStringValue(value.GetString());
        }
        else
        {
            writer.WriteRawValue(value.GetRawText());
        }
    }

    private static bool HasAlgorithm(string header)
    {
        using JsonDocument document = JsonDocument.Parse(Base64Url.DecodeFromChars(header));
        return document.RootElement.TryGetProperty("alg", out JsonElement algorithm) && algorithm.ValueKind is JsonValueKind.String;
    }
}
