using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Wire.Http1;

/// <summary>Request line and header fields (RFC 9112 §3).</summary>
/// <param name="Method">As sent.</param>
/// <param name="Target">As sent, one character per byte.</param>
/// <param name="MinorVersion">1 for HTTP/1.1, 0 for HTTP/1.0.</param>
/// <param name="Fields">In the order of the wire; names in lower case, as Envoy hands them on, values without surrounding white space, one character per byte.</param>
public sealed record RequestHead(string Method, string Target, int MinorVersion, IReadOnlyList<HeaderField> Fields);

/// <summary>Status line and header fields (RFC 9112 §4). The reason phrase is not kept: proxies write their own.</summary>
/// <param name="Status">100 to 999.</param>
/// <param name="MinorVersion">1 for HTTP/1.1, 0 for HTTP/1.0.</param>
/// <param name="Fields">As those of a request.</param>
public sealed record AnswerHead(int Status, int MinorVersion, IReadOnlyList<HeaderField> Fields)
{
    /// <summary>True for 1xx: another head follows (RFC 9110 §15.2).</summary>
    public bool IsInterim => Status is >= 100 and < 200;
}
