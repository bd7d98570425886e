using System.Globalization;
using System.Net;

namespace Loop.Replayer.Destinations;

/// <summary>A destination that was checked: connections go to exactly these addresses, the name is not asked again.</summary>
/// <param name="Host">As asked for, lower case.</param>
/// <param name="Port">Port.</param>
/// <param name="IsSecure">TLS.</param>
/// <param name="Addresses">Checked addresses, tried in this order; at least one.</param>
/// <param name="Headers">What the allow-list entry supplies.</param>
public sealed record Destination(string Host, int Port, bool IsSecure, IReadOnlyList<IPAddress> Addresses, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary><c>host:port</c>.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}

/// <summary>Why a destination is refused.</summary>
public enum DestinationFault
{
    /// <summary>Reading: neither <c>host:port</c> nor an http(s) URL.</summary>
    Malformed,

    /// <summary>Resolving: the name has no address.</summary>
    NameNotResolved,

    /// <summary>Checking: never a destination (unspecified, link-local and metadata, multicast, broadcast).</summary>
    Forbidden,

    /// <summary>Checking: neither loopback nor in the allow-list.</summary>
    NotAllowed,

    /// <summary>Checking: Loop itself listens there.</summary>
    OwnPort,
}

/// <summary>A checked destination, or why it is refused and how to mend that.</summary>
public sealed record DestinationResult(Destination? Destination, DestinationFault? Fault, string Message, string Remedy)
{
    internal static DestinationResult Allowed(Destination destination) => new(destination, null, "", "");

    internal static DestinationResult Refused(DestinationFault fault, string message, string remedy) => new(null, fault, message, remedy);
}
