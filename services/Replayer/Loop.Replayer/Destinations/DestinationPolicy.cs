using System.Net;
using System.Net.Sockets;
using Loop.Replayer.Hosting;
using Microsoft.Extensions.Options;

namespace Loop.Replayer.Destinations;

/// <summary>
/// Decides where replays may go. The name is resolved here, once, and the connection goes to the checked addresses: a name whose
/// answer changes afterwards (DNS rebinding) leads nowhere else.
/// </summary>
public sealed class DestinationPolicy(IOptions<ReplayOptions> options, IHostResolver resolver, IOwnPorts ownPorts)
{
    private static readonly IPNetwork[] Forbidden =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("224.0.0.0/4"), IPNetwork.Parse("255.255.255.255/32"),
        IPNetwork.Parse("::/128"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("ff00::/8"),
        // The metadata service of AWS over IPv6.
        IPNetwork.Parse("fd00:ec2::254/128"),
    ];

    /// <summary>Reads, resolves and checks a destination.</summary>
    public async Task<DestinationResult> Check(string text, CancellationToken cancellationToken)
    {
        if (DestinationText.Parse(text) is not { } asked)
        {
            return DestinationResult.Refused(DestinationFault.Malformed, $"'{text}' is not a destination.",
                "Give host:port or an http(s) URL without a path, as localhost:9000 or https://staging.example:8443.");
        }

        IReadOnlyList<IPAddress> found = IPAddress.TryParse(asked.Host, out IPAddress? literal) ? [literal] : await resolver.Resolve(asked.Host, cancellationToken);
        // One IPv4 address may be written as IPv6; it is checked as what it reaches.
        List<IPAddress> addresses = [.. found.Select(address => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).Distinct()];
        if (addresses.Count == 0)
            return DestinationResult.Refused(DestinationFault.NameNotResolved, $"The name '{asked.Host}' has no address.",
                "Correct the name, or give an address.");
        // A name with one good and one bad address is not half allowed.
        return addresses.Select(address => Fault(asked, address)).FirstOrDefault(fault => fault is not null)
            ?? DestinationResult.Allowed(new Destination(asked.Host, asked.Port, asked.IsSecure, addresses, HeadersFor(asked, addresses)));
    }

    private DestinationResult? Fault(DestinationText asked, IPAddress address)
    {
        string where = asked.Host == address.ToString() ? asked.Host : $"{asked.Host} ({address})";
        if (Forbidden.Any(network => network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(Unscoped(address))))
        {
            return DestinationResult.Refused(DestinationFault.Forbidden,
                $"{where} is never a destination: unspecified, link-local, multicast and metadata addresses are refused.",
                "Give the address of the service under test.");
        }

        bool isLocal = IPAddress.IsLoopback(address) || ownPorts.Addresses.Contains(address);
        if (isLocal && (ownPorts.Ports.Contains(asked.Port) || options.Value.OwnPorts.Contains(asked.Port)))
            return DestinationResult.Refused(DestinationFault.OwnPort, $"{where}, port {asked.Port}, is Loop itself.",
                "Give the port of the service under test.");
        if (IPAddress.IsLoopback(address) || Entries().Any(entry => entry.Pattern.Allows(asked.Host, address, asked.Port)))
            return null;
        return DestinationResult.Refused(DestinationFault.NotAllowed, $"{where}, port {asked.Port}, is not this machine and not in the allow-list.",
            $"Add {asked.Host}:{asked.Port} to {ReplayOptions.SectionName}:AllowedDestinations if requests of production may be sent there.");
    }

    private Dictionary<string, string> HeadersFor(DestinationText asked, List<IPAddress> addresses)
    {
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach ((DestinationPattern _, AllowedDestination allowed) in Entries().Where(entry => addresses.All(address => entry.Pattern.Allows(asked.Host, address, asked.Port))))
        {
            foreach ((string name, string value) in allowed.Headers)
                headers[name] = value;
        }

        return headers;
    }

    private IEnumerable<(DestinationPattern Pattern, AllowedDestination Allowed)> Entries()
    {
        foreach (AllowedDestination allowed in options.Value.AllowedDestinations)
        {
            if (DestinationPattern.Parse(allowed.Destination) is { } pattern)
                yield return (pattern, allowed);
        }
    }

    private static IPAddress Unscoped(IPAddress address) =>
        address.AddressFamily is AddressFamily.InterNetworkV6 ? new IPAddress(address.GetAddressBytes()) : address;
}
