using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Core.Links;

/// <summary>Exchanges ids in values of cookies, by the cookie's name.</summary>
internal static class CookieRewriter
{
    public static string Rewrite(HeaderField header, Exchanges exchanges) => string.Join(';', header.Value.Split(';').Select((cookie, index) => Cookie(header.Name, cookie, index, exchanges)));

    // Behind the first pair of a set-cookie are its attributes.
    private static string Cookie(string header, string cookie, int index, Exchanges exchanges)
    {
        string[] sides = cookie.Split('=', 2);
        bool isPair = sides.Length == 2 && (header == "cookie" || index == 0);
        return isPair ? $"{sides[0]}={TokenText.Replace(sides[1], exchanges($"header {header}.{sides[0].Trim()}"))}" : cookie;
    }
}
