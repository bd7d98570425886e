using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Loop.Contracts.Redaction;

/// <summary>Makes and knows tokens: <c>loop:KEYID:</c> and 22 characters of base64url, the first 16 bytes of HMAC-SHA256 over the value's bytes.</summary>
internal sealed partial class RedactionTokens
{
    private const int MinKeyLength = 16;
    private const int TokenBytes = 16;
    private readonly byte[] _key;
    private readonly string _prefix;

    public RedactionTokens(ReadOnlySpan<byte> key, string keyId)
    {
        ArgumentNullException.ThrowIfNull(keyId);
        if (key.Length < MinKeyLength)
            throw new ArgumentException($"The redaction key has {key.Length} bytes: at least {MinKeyLength} are needed.", nameof(key));
        if (!KeyIdForm().IsMatch(keyId))
            throw new ArgumentException("The name of a redaction key is 1–64 letters, digits, dashes and underscores.", nameof(keyId));
        _key = key.ToArray();
        _prefix = $"loop:{keyId}:";
    }

    /// <summary>True when a token stands anywhere in the value.</summary>
    public static bool Holds(string? value) => value is not null && TokenInside().IsMatch(value);

    /// <summary>The first token in a value; empty when it holds none.</summary>
    public static string In(string value) => TokenInside().Match(value).Value;

    /// <summary>The name of the key that made the first token in a value; null when it holds none.</summary>
    public static string? KeyIn(string value) => In(value) is { Length: > 0 } token ? token.Split(':')[1] : null;

    /// <summary>True for a token and nothing else.</summary>
    public static bool IsAlone(string value) => TokenAlone().IsMatch(value);

    /// <summary>What a value leaves behind: of a JWT its redacted form, of any other its token; an empty value and what was redacted stay what they are.</summary>
    public string TokenOf(string value) => JwtRedaction.TryRedact(value, this) ?? (JwtRedaction.IsRedacted(value, this) ? value : PlainTokenOf(value));

    /// <summary>The token of a value, whatever it is; an empty value and a token stay what they are.</summary>
    public string PlainTokenOf(string value)
    {
        if (value.Length == 0 || TokenAlone().IsMatch(value))
            return value;
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        // Not Latin-1 here: a value with a character that it cannot write must not share a token with another.
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(value), digest);
        return _prefix + Base64Url.EncodeToString(digest[..TokenBytes]);
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex KeyIdForm();

    [GeneratedRegex(@"\Aloop:[A-Za-z0-9_-]{1,64}:[A-Za-z0-9_-]{22}\z")]
    private static partial Regex TokenAlone();

    [GeneratedRegex(@"(?<![A-Za-z0-9_-])loop:[A-Za-z0-9_-]{1,64}:[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])")]
    private static partial Regex TokenInside();
}
