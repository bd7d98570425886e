using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Loop.Capture.Listening;

/// <summary>Reads <c>address:port</c>; <c>localhost</c> is 127.0.0.1, <c>*</c> every address.</summary>
internal static class ListenAddress
{
    /// <summary>False when the text is anything else; the port must be written.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out IPEndPoint? endPoint)
    {
        endPoint = null;
        int colon = text?.LastIndexOf(':') ?? -1;
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), out ushort port))
            return false;
        string host = text![..colon];
        IPAddress? address = host switch
        {
            "localhost" => IPAddress.Loopback,
            "*" => IPAddress.IPv6Any,
            ['[', .. var inner, ']'] => IPAddress.TryParse(inner, out IPAddress? v6) ? v6 : null,
            _ => IPAddress.TryParse(host, out IPAddress? v4) && !host.Contains(':', StringComparison.Ordinal) ? v4 : null,
        };
        if (address is null)
            return false;
        endPoint = new IPEndPoint(address, port);
        return true;
    }
}
