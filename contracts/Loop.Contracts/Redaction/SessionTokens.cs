using System.Globalization;
using System.Text.RegularExpressions;
using Loop.Contracts.Exchanges;

namespace Loop.Contracts.Redaction;

/// <summary>
/// What tells that two redacted requests are of one session: equal values have equal tokens, so tokens are compared and no secret is known. Pure.
/// </summary>
public static partial class SessionTokens
{
    private const string Credentials = "authorization";

    /// <summary>Every token of cookies and credentials that an exchange carries, or that its answer sets.</summary>
    public static IEnumerable<string> Of(Exchange redacted) => Named(redacted).Select(named => named.Token);

    /// <summary>The same of headers alone, redacted, of a request that came at a time.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<HeaderField> request, IReadOnlyList<HeaderField> response, DateTimeOffset at) =>
        Pairs(request, response, at).Select(pair => pair.Token).Where(token => token.Length > 0);

    /// <summary>True when a header of this name, in lower case, may hold what names a session.</summary>
    public static bool MayHold(ReadOnlySpan<byte> name) => name.SequenceEqual("cookie"u8) || name.SequenceEqual("set-cookie"u8) || name.SequenceEqual("authorization"u8);

    /// <summary>
    /// The tokens by which the session of an exchange is known. Cookies and credentials whose names speak of a session, any of which is enough; where there is
    /// none, all of its cookies together, since one of them alone may be a setting that everybody shares.
    /// </summary>
    public static SessionMark? MarkOf(IEnumerable<Exchange> redacted)
    {
        List<(string Name, string Token)> named = [.. redacted.SelectMany(Named).Distinct()];
        List<(string Name, string Token)> speaking = [.. named.Where(one => one.Name == Credentials || SessionName().IsMatch(one.Name))];
        List<(string Name, string Token)> chosen = speaking.Count > 0 ? speaking : named;
        return chosen.Count == 0
            ? null
            : new SessionMark([.. chosen.Select(one => one.Token).Distinct()], NeedsAll: speaking.Count == 0, [.. chosen.Select(one => one.Name).Distinct()]);
    }

    private static IEnumerable<(string Name, string Token)> Named(Exchange exchange) =>
        Pairs(exchange.Request?.Headers ?? [], exchange.Response?.Headers ?? [], exchange.StartedAt).Where(pair => pair.Token.Length > 0);

    private static IEnumerable<(string Name, string Token)> Pairs(IReadOnlyList<HeaderField> request, IReadOnlyList<HeaderField> response, DateTimeOffset at)
    {
        foreach (HeaderField header in request)
        {
            if (header.Name == Credentials)
                yield return (Credentials, RedactionTokens.In(header.Value));
            else if (header.Name == "cookie")
            {
                foreach (string pair in header.Value.Split(';'))
                    yield return Pair(pair);
            }
        }

        foreach (HeaderField header in response)
        {
            if (header.Name == "set-cookie" && !IsTakenBack(header.Value, at))
                yield return Pair(header.Value.Split(';')[0]);
        }
    }

    private static (string Name, string Token) Pair(string pair)
    {
        int equals = pair.IndexOf('=', StringComparison.Ordinal);
        return (equals < 0 ? "" : pair[..equals].Trim(), RedactionTokens.In(pair));
    }

    // A cookie that is removed has a value that all removed ones share.
    private static bool IsTakenBack(string setCookie, DateTimeOffset at)
    {
        foreach (string attribute in setCookie.Split(';').Skip(1))
        {
            string[] parts = attribute.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts is [var age, var seconds] && age.Equals("Max-Age", StringComparison.OrdinalIgnoreCase) && long.TryParse(seconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long left))
                return left <= 0;
            if (parts is [var expires, var date] && expires.Equals("Expires", StringComparison.OrdinalIgnoreCase)
                && DateTimeOffset.TryParse(date.Replace('-', ' '), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset until) && until <= at)
                return true;
        }

        return false;
    }

    // sid, connect.sid, JSESSIONID, PHPSESSID, ASP.NET_SessionId, auth_token, remember_me, id_jwt, login.
    [GeneratedRegex(@"sess|(?:^|[^a-z])sid(?:$|[^a-z])|auth|token|jwt|login|user|account|identity|remember", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SessionName();
}

/// <summary>How a session is known.</summary>
/// <param name="Tokens">Redaction tokens.</param>
/// <param name="NeedsAll">True when an exchange must carry all of them, false when one is enough.</param>
/// <param name="Names">Names of the cookies and headers that they were read from.</param>
public sealed record SessionMark(IReadOnlyList<string> Tokens, bool NeedsAll, IReadOnlyList<string> Names);
