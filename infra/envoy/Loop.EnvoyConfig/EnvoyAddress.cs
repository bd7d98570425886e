using System.Globalization;
using System.Net;

namespace Loop.EnvoyConfig;

/// <summary>A host and a TCP port; port 0 lets the kernel choose where something listens.</summary>
public readonly record struct EnvoyAddress(string Host, int Port)
{
    /// <summary>A port of this machine that other machines cannot reach.</summary>
    public static EnvoyAddress Loopback(int port) => new("127.0.0.1", port);

    /// <summary>True when Envoy needs no DNS for it.</summary>
    public bool IsIpAddress => IPAddress.TryParse(Host, out _);

    /// <summary>Reads <c>host:port</c>, <c>[ipv6]:port</c>, a bare port (loopback) or an http URL.</summary>
    public static bool TryParse(string text, out EnvoyAddress address)
    {
        address = default;
        string rest = text.Trim();
        if (rest.Contains("://", StringComparison.Ordinal))
        {
            if (!Uri.TryCreate(rest, UriKind.Absolute, out Uri? url) || url.Scheme != Uri.UriSchemeHttp || url.PathAndQuery != "/" || url.UserInfo.Length > 0)
                return false;
            address = new EnvoyAddress(url.DnsSafeHost, url.Port);
            return true;
        }

        int colon = rest.LastIndexOf(':');
        string host = colon < 0 ? "127.0.0.1" : rest[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
            host = host[1..^1];
        else if (host.Contains(':', StringComparison.Ordinal))
            return false;
        if (!int.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port > ushort.MaxValue)
            return false;
        if (Uri.CheckHostName(host) is UriHostNameType.Unknown)
            return false;
        address = new EnvoyAddress(host, port);
        return true;
    }

    /// <summary><c>host:port</c>.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
