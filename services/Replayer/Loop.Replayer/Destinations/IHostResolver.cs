using System.Net;
using System.Net.Sockets;

namespace Loop.Replayer.Destinations;

/// <summary>Asks for the addresses of a name: a seam, so that tests own the answers.</summary>
public interface IHostResolver
{
    /// <summary>Addresses in order of preference; empty when the name has none.</summary>
    Task<IReadOnlyList<IPAddress>> Resolve(string host, CancellationToken cancellationToken);
}

/// <summary>The operating system's resolver.</summary>
internal sealed class SystemHostResolver : IHostResolver
{
    public async Task<IReadOnlyList<IPAddress>> Resolve(string host, CancellationToken cancellationToken)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellationToken);
        }
        catch (SocketException)
        {
            return [];
        }
    }
}
