using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Loop.Hosting.Access;

/// <summary>An address to listen on: <c>ip:port</c>, <c>[v6]:port</c>, <c>localhost:port</c> (127.0.0.1) or <c>*:port</c> (every IPv4 address). Port 0 asks the system for a free one.</summary>
/// <param name="EndPoint">Where to bind.</param>
public sealed record ListenAddress(IPEndPoint EndPoint)
{
    /// <summary>True when only this machine can reach it.</summary>
    public bool IsLoopback => IPAddress.IsLoopback(EndPoint.Address);

    /// <summary>Reads an address; false with a sentence that says what is wrong.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ListenAddress? address, out string fault)
    {
        address = null;
        fault = $"'{text}' is no address to listen on: ip:port is expected, such as 127.0.0.1:5680";
        int colon = text?.LastIndexOf(':') ?? -1;
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            return false;
        string host = text![..colon];
        IPAddress? ip = host switch
        {
            "localhost" => IPAddress.Loopback,
            "*" => IPAddress.Any,
            ['[', .. var inner, ']'] => IPAddress.TryParse(inner, out IPAddress? v6) && v6.AddressFamily is AddressFamily.InterNetworkV6 ? v6 : null,
            // Without brackets nobody can tell an IPv6 address's last group from a port.
            _ => IPAddress.TryParse(host, out IPAddress? v4) && v4.AddressFamily is AddressFamily.InterNetwork ? v4 : null,
        };
        if (ip is null)
            return false;
        address = new ListenAddress(new IPEndPoint(ip, port));
        return true;
    }

    /// <summary>URL under which this machine reaches it.</summary>
    public string LocalUrl
    {
        get
        {
            IPAddress reachable = EndPoint.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : EndPoint.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : EndPoint.Address;
            return $"http://{new IPEndPoint(reachable, EndPoint.Port)}";
        }
    }

    /// <inheritdoc/>
    public override string ToString() => EndPoint.ToString();
}
