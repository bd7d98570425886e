using System.Net.NetworkInformation;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Loop.Replayer.Destinations;

/// <summary>What belongs to Loop on this machine: a replay into Loop would feed on itself.</summary>
public interface IOwnPorts
{
    /// <summary>Ports that this process listens on.</summary>
    IReadOnlyCollection<int> Ports { get; }

    /// <summary>Addresses of this machine.</summary>
    IReadOnlyCollection<System.Net.IPAddress> Addresses { get; }
}

/// <summary>Reads the server's bound addresses, when asked: they are known only after the start.</summary>
internal sealed class ServerOwnPorts(IServiceProvider services) : IOwnPorts
{
    public IReadOnlyCollection<int> Ports
    {
        get
        {
            ICollection<string> addresses = services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
            return [.. addresses.Select(address => Microsoft.AspNetCore.Http.BindingAddress.Parse(address).Port)];
        }
    }

    public IReadOnlyCollection<System.Net.IPAddress> Addresses =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces().SelectMany(network => network.GetIPProperties().UnicastAddresses).Select(unicast => unicast.Address),
    ];
}
