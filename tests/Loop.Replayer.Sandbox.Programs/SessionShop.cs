using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Loop.Replayer.Sandbox.Programs;

/// <summary>A shop that knows its visitors by a cookie: <c>/login</c> gives one, <c>/cart</c> fills a basket, <c>/pay</c> fails for a filled one unless it is fixed.</summary>
public sealed class SessionShop(bool isFixed)
{
    private readonly ConcurrentDictionary<string, int> _baskets = new();

    /// <summary>Answers.</summary>
    /// <param name="path">What is asked for.</param>
    /// <param name="session">Value of the cookie <c>sid</c>; null without one.</param>
    public ShopAnswer Answer(string path, string? session)
    {
        if (path is "/login")
        {
            string fresh = Guid.NewGuid().ToString("n");
            _baskets[fresh] = 0;
            return new ShopAnswer(200, """{"welcome":true}""", $"sid={fresh}; Path=/; HttpOnly");
        }

        if (session is null || !_baskets.TryGetValue(session, out int items))
            return new ShopAnswer(401, """{"error":"who are you?"}""", null);
        if (path is "/cart")
            return new ShopAnswer(200, $$"""{"items":{{_baskets.AddOrUpdate(session, 1, (_, count) => count + 1)}}}""", null);
        return (items, isFixed) switch
        {
            (0, _) => new ShopAnswer(409, """{"error":"the basket is empty"}""", null),
            (_, true) => new ShopAnswer(200, """{"paid":true}""", null),
            _ => new ShopAnswer(500, $$"""{"error":"no price for {{items}} items"}""", null),
        };
    }

    /// <summary>The session in a cookie header.</summary>
    public static string? SessionOf(string? cookies) => (cookies ?? "").Split(';', StringSplitOptions.TrimEntries)
        .Where(cookie => cookie.StartsWith("sid=", StringComparison.Ordinal)).Select(cookie => cookie[4..]).FirstOrDefault();

    internal static async Task<int> Run(int port, bool isFixed)
    {
        SessionShop shop = new(isFixed);
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen();
        while (true)
        {
            using Socket client = await listener.AcceptAsync();
            string[] head = (await HttpText.ReadHead(client, CancellationToken.None)).Split("\r\n");
            string? cookies = head.FirstOrDefault(line => line.StartsWith("cookie:", StringComparison.OrdinalIgnoreCase))?["cookie:".Length..];
            ShopAnswer answer = shop.Answer(head[0].Split(' ')[1], SessionOf(cookies));
            string cookie = answer.SetCookie is { } set ? $"Set-Cookie: {set}\r\n" : "";
            await client.SendAsync(Encoding.UTF8.GetBytes(
                $"HTTP/1.1 {answer.Status} Answered\r\nContent-Type: application/json\r\n{cookie}Content-Length: {answer.Json.Length}\r\nConnection: close\r\n\r\n{answer.Json}"));
        }
    }
}

/// <summary>An answer of the shop.</summary>
/// <param name="Status">Status.</param>
/// <param name="Json">Body.</param>
/// <param name="SetCookie">Value of <c>set-cookie</c>; null without one.</param>
public sealed record ShopAnswer(int Status, string Json, string? SetCookie);
