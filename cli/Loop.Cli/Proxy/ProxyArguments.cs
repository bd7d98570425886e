using System.Net;
using Loop.Cli.Commands;

namespace Loop.Cli.Proxy;

/// <summary>Reads the values of <c>loopctl proxy</c>; each fault names option, value and remedy.</summary>
internal static class ProxyArguments
{
    public static IPEndPoint Listen(string text)
    {
        int colon = text.LastIndexOf(':');
        string host = colon > 0 ? text[..colon] : "127.0.0.1";
        if (host == "localhost")
            host = "127.0.0.1";
        bool hasPort = int.TryParse(text[(colon + 1)..], out int port) && port is >= 0 and <= IPEndPoint.MaxPort;
        if (hasPort && IPAddress.TryParse(host, out IPAddress? address))
            return new IPEndPoint(address, port);
        throw new UsageException($"'{text}' (--listen) is no address to listen on: :8080 or 127.0.0.1:8080 is expected.");
    }

    public static RouteTable Routes(string? to, IReadOnlyList<string> named)
    {
        if (to is null && named.Count == 0)
            throw new UsageException("Nothing to forward to: give --to URL, or --route NAME=URL for each service.");
        List<ProxyRoute> routes = [.. named.Select(Route)];
        if (routes.GroupBy(route => route.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new UsageException($"The route '{twice.Key}' (--route) is given twice.");
        return new RouteTable(routes, to is null ? null : new ProxyRoute(new Uri(Url("--to", to).AbsoluteUri).Authority, Url("--to", to)));
    }

    public static Uri Url(string option, string text)
    {
        string full = text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}";
        if (Uri.TryCreate(full, UriKind.Absolute, out Uri? url) && url is { Scheme: "http" or "https", Host.Length: > 0, PathAndQuery: "/" })
            return url;
        throw new UsageException($"'{text}' ({option}) is not the URL of a server: http://localhost:9000 is expected, without a path.");
    }

    public static string Name(string option, string text) =>
        text.Length is > 0 and <= 128 && text.All(symbol => symbol is > ' ' and < '\x7f')
            ? text
            : throw new UsageException($"'{text}' ({option}) is no name: 1 to 128 letters, digits and signs without blanks are expected.");

    public static TimeSpan? Timeout(double? seconds)
    {
        if (seconds is null)
            return null;
        return seconds is > 0 and < 86400 ? TimeSpan.FromSeconds(seconds.Value) : throw new UsageException($"'{seconds}' (--timeout) is no time limit: seconds above 0 are expected.");
    }

    private static ProxyRoute Route(string text)
    {
        int sign = text.IndexOf('=', StringComparison.Ordinal);
        return sign > 0 ? new ProxyRoute(Name("--route", text[..sign]), Url("--route", text[(sign + 1)..])) : throw new UsageException($"'{text}' (--route) is no route: NAME=URL is expected.");
    }
}
