using System.Collections.Frozen;

namespace Loop.Contracts.Redaction;

/// <summary>Headers whose values are credentials, wherever they stand.</summary>
public static class SecretHeaders
{
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
        [
            "authorization", "proxy-authorization", "authentication-info", "proxy-authentication-info", "cookie", "set-cookie", "dpop",
            "api-key", "apikey", "x-api-key", "x-apikey", "x-goog-api-key", "x-functions-key", "ocp-apim-subscription-key",
            "x-auth-token", "x-auth", "x-access-token", "x-id-token", "x-refresh-token", "x-session-token", "x-session-id", "private-token",
            "x-amz-security-token", "x-csrf-token", "x-xsrf-token", "csrf-token", "x-vault-token", "x-gitlab-token", "x-shopify-access-token",
            "x-forwarded-access-token", "x-forwarded-id-token", "x-ms-token-aad-access-token", "x-ms-token-aad-id-token", "x-goog-iam-authorization-token",
        ],
        StringComparer.OrdinalIgnoreCase);

    // https://www.iana.org/assignments/http-authschemes, and those in wide use without being there.
    private static readonly FrozenSet<string> Schemes = FrozenSet.ToFrozenSet(
        [
            "Basic", "Bearer", "Concealed", "Digest", "DPoP", "GNAP", "HOBA", "Mutual", "Negotiate", "OAuth", "PrivateToken", "SCRAM-SHA-1", "SCRAM-SHA-256",
            "vapid", "NTLM", "Token", "ApiKey", "AWS4-HMAC-SHA256", "SharedKey", "GoogleLogin", "Key",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>True for the name of a header that holds a credential, in any case.</summary>
    public static bool Contains(string name) => Names.Contains(name);

    /// <summary>True for the word in front of a credential: <c>Bearer</c>.</summary>
    public static bool IsScheme(string word) => Schemes.Contains(word);
}
