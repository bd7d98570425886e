using Loop.Contracts.Exchanges;

namespace Loop.Contracts.Redaction;

/// <summary>
/// Replaces the values of secret headers by keyed tokens, so that no secret leaves the node and equal values still compare equal:
/// a cookie that was set and sent back keeps one token. Redacting twice is redacting once. Safe for use from any thread.
/// </summary>
public sealed class HeaderRedactor
{
    private readonly RedactionTokens _tokens;

    /// <summary>A redactor with a key.</summary>
    /// <param name="key">Secret of the HMAC, at least 16 bytes; copied.</param>
    /// <param name="keyId">Names the key in each token: 1–64 letters, digits, dashes and underscores.</param>
    /// <exception cref="ArgumentException">The key is too short or its name has other characters.</exception>
    public HeaderRedactor(ReadOnlySpan<byte> key, string keyId) => _tokens = new RedactionTokens(key, keyId);

    /// <summary>True when a value is, or holds, a token of any key: <c>Bearer loop:…</c>, <c>sid=loop:…</c>.</summary>
    public static bool IsToken(string value) => RedactionTokens.Holds(value);

    /// <summary>False when both values hold tokens, made with different keys: whether they stand for one secret cannot be told.</summary>
    public static bool AreComparable(string one, string other) => RedactionTokens.KeyIn(one) is not { } key || RedactionTokens.KeyIn(other) is not { } second || key == second;

    /// <summary>The exchange without secrets in headers and trailers; <see cref="Exchange.Redacted"/> gains the names of what was replaced.</summary>
    public Exchange Redact(Exchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var names = new List<string>(exchange.Redacted);
        HttpMessagePart? request = Redact(exchange.Request, "request:", names);
        HttpMessagePart? response = Redact(exchange.Response, "response:", names);
        return names.Count == exchange.Redacted.Count && ReferenceEquals(request, exchange.Request) && ReferenceEquals(response, exchange.Response)
            ? exchange
            : exchange with { Request = request, Response = response, Redacted = names };
    }

    /// <summary>The headers without secrets; the same list when there was nothing to replace.</summary>
    /// <param name="headers">Headers or trailers of one direction.</param>
    /// <param name="redactedNames">Names in lower case of those whose values this call replaced, each once.</param>
    public IReadOnlyList<HeaderField> Redact(IReadOnlyList<HeaderField> headers, out IReadOnlyList<string> redactedNames)
    {
        ArgumentNullException.ThrowIfNull(headers);
        HeaderField[]? redacted = null;
        var names = new List<string>();
        for (int index = 0; index < headers.Count; index++)
        {
            HeaderField header = headers[index];
            if (!SecretHeaders.Contains(header.Name))
                continue;
            string value = RedactValue(header);
            if (value == header.Value)
                continue;
            redacted ??= [.. headers];
            redacted[index] = header with { Value = value };
            AddOnce(names, header.Name.ToLowerInvariant());
        }

        redactedNames = names;
        return redacted ?? headers;
    }

    private HttpMessagePart? Redact(HttpMessagePart? part, string direction, List<string> names)
    {
        if (part is null)
            return null;
        IReadOnlyList<HeaderField> headers = Redact(part.Headers, out IReadOnlyList<string> inHeaders);
        IReadOnlyList<HeaderField> trailers = Redact(part.Trailers, out IReadOnlyList<string> inTrailers);
        if (inHeaders.Count + inTrailers.Count == 0)
            return part;
        foreach (string name in inHeaders.Concat(inTrailers))
            AddOnce(names, direction + name);
        return part with { Headers = headers, Trailers = trailers };
    }

    private string RedactValue(HeaderField header) => header.Name.ToLowerInvariant() switch
    {
        "cookie" => CookieRedaction.Cookie(header.Value, _tokens),
        "set-cookie" => CookieRedaction.SetCookie(header.Value, _tokens),
        "authorization" or "proxy-authorization" => RedactCredentials(header.Value),
        _ => _tokens.TokenOf(header.Value),
    };

    // Only a registered scheme is kept: in "s3cret part" the first word is a secret, too.
    private string RedactCredentials(string value)
    {
        int space = value.IndexOf(' ');
        return space > 0 && SecretHeaders.IsScheme(value[..space])
            ? string.Concat(value.AsSpan(0, space + 1), _tokens.TokenOf(value[(space + 1)..]))
            : _tokens.TokenOf(value);
    }

    private static void AddOnce(List<string> names, string name)
    {
        if (!names.Contains(name))
            names.Add(name);
    }
}
