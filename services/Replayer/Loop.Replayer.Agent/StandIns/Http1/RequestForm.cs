using Loop.Contracts.Exchanges;
using Loop.Replayer.Wire.Http1;

namespace Loop.Replayer.Agent.StandIns.Http1;

/// <summary>What a request's head asks for besides its content.</summary>
/// <param name="Target">As a proxy hands it on: of <c>http://host/path</c> the path.</param>
/// <param name="Authority">Whom it names; empty when nobody.</param>
/// <param name="WaitsForContinue">True when the body comes only after 100 Continue.</param>
/// <param name="EndsConnection">True when the connection ends with the answer.</param>
internal readonly record struct RequestForm(string Target, string Authority, bool WaitsForContinue, bool EndsConnection)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="NotHttpException">It asks for what no stand-in does, or names two hosts.</exception>
    public static RequestForm Of(RequestHead head)
    {
        string? host = null;
        bool waits = false;
        bool ends = head.MinorVersion == 0;
        foreach (HeaderField field in head.Fields)
        {
            switch (field.Name)
            {
                case "host" when host is not null:
                    throw new NotHttpException("two Host fields");
                case "host":
                    host = field.Value;
                    break;
                case "expect":
                    waits = head.MinorVersion == 1 && field.Value.Equals("100-continue", StringComparison.OrdinalIgnoreCase);
                    break;
                case "connection":
                    ends |= field.Value.Split(',', StringSplitOptions.TrimEntries).Contains("close", StringComparer.OrdinalIgnoreCase);
                    break;
                case "upgrade" when !IsIgnored(field.Value):
                    throw new NotHttpException($"an upgrade to {field.Value}, which is not replayed", status: 501);
                default:
                    break;
            }
        }

        if (head.Method == "CONNECT")
            throw new NotHttpException("a tunnel (CONNECT), which is not replayed", status: 501);
        if (host is null && head.MinorVersion == 1)
            throw new NotHttpException("no Host field");
        // RFC 9112 §3.2.2: of an absolute target the authority wins, as with Envoy.
        (string target, string? named) = Split(head.Target);
        return new RequestForm(target, named ?? host ?? "", waits, ends);
    }

    // Clients offer HTTP/2 so on every first request (RFC 7540 §3.2), and go on in HTTP/1.1 when nobody takes it up.
    private static bool IsIgnored(string upgrade) => upgrade.Equals("h2c", StringComparison.OrdinalIgnoreCase) || upgrade.StartsWith("TLS/", StringComparison.OrdinalIgnoreCase);

    private static (string Target, string? Authority) Split(string target)
    {
        int start = target.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? "http://".Length : target.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? "https://".Length : -1;
        if (start < 0)
            return (target, null);
        int end = target.AsSpan(start).IndexOfAny('/', '?');
        string authority = end < 0 ? target[start..] : target[start..(start + end)];
        string path = end < 0 ? "/" : target[(start + end)..];
        return (path[0] == '/' ? path : $"/{path}", authority);
    }
}
