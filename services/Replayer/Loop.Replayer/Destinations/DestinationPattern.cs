using System.Globalization;
using System.Net;

namespace Loop.Replayer.Destinations;

/// <summary>One entry of the allow-list: a name, an address or a network, with or without a port.</summary>
internal sealed record DestinationPattern(string? Host, IPNetwork? Network, int? Port)
{
    /// <summary>Reads an entry; null when it is none of the forms.</summary>
    public static DestinationPattern? Parse(string text)
    {
        text = text.Trim();
        if (text.Contains('/', StringComparison.Ordinal))
            return IPNetwork.TryParse(text, out IPNetwork network) ? new DestinationPattern(null, network, null) : null;
        (string host, int? port) = Split(text);
        if (host.Length == 0 || port is < 1 or > 65535)
            return null;
        if (IPAddress.TryParse(host, out IPAddress? address))
            return new DestinationPattern(null, new IPNetwork(address, address.GetAddressBytes().Length * 8), port);
        return Uri.CheckHostName(host) is UriHostNameType.Dns ? new DestinationPattern(host, null, port) : null;
    }

    /// <summary>True when the entry allows this address of this name and port.</summary>
    public bool Allows(string host, IPAddress address, int port)
    {
        if (Port is { } only && only != port)
            return false;
        return Network?.Contains(address) ?? string.Equals(Host, host, StringComparison.OrdinalIgnoreCase);
    }

    private static (string Host, int? Port) Split(string text)
    {
        if (text.StartsWith('[') && text.IndexOf(']', StringComparison.Ordinal) is > 0 and var end)
            return (text[1..end], text.Length == end + 1 ? null : PortOf(text[(end + 1)..].TrimStart(':')));
        // More than one colon without brackets is an IPv6 address.
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || colon != text.LastIndexOf(':') ? (text, null) : (text[..colon], PortOf(text[(colon + 1)..]));
    }

    private static int? PortOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) ? port : 0;
}
