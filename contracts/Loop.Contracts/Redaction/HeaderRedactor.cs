#pragma warning disable CA1822 // signatures first
using Loop.Contracts.Exchanges;

namespace Loop.Contracts.Redaction;

/// <summary>Replaces the values of secret headers by keyed tokens. Equal values give equal tokens; redacting twice is redacting once.</summary>
public sealed class HeaderRedactor
{
    /// <summary>A redactor with a key.</summary>
    /// <param name="key">Secret of the HMAC, at least 16 bytes.</param>
    /// <param name="keyId">Names the key in each token; letters, digits, dash and underscore.</param>
    public HeaderRedactor(ReadOnlySpan<byte> key, string keyId)
    {
    }

    /// <summary>The exchange without secrets in headers and trailers; <see cref="Exchange.Redacted"/> names what was replaced.</summary>
    public Exchange Redact(Exchange exchange) => throw new NotImplementedException();

    /// <summary>The headers without secrets.</summary>
    public IReadOnlyList<HeaderField> Redact(IReadOnlyList<HeaderField> headers, out IReadOnlyList<string> redactedNames) => throw new NotImplementedException();

    /// <summary>True when a value is, or holds, a token of any key.</summary>
    public static bool IsToken(string value) => throw new NotImplementedException();
}
