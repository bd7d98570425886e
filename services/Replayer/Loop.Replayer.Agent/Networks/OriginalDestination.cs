using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Loop.Replayer.Agent.Networks;

/// <summary>Where a redirected connection wanted to go.</summary>
internal static class OriginalDestination
{
    private const int LevelIpv4 = 0, LevelIpv6 = 41, SoOriginalDst = 80;

    /// <summary>Null when the connection was not redirected: then somebody dialled the agent's own port.</summary>
    public static IPEndPoint? Of(Socket connection)
    {
        // sockaddr_in: family, port (network order) at 2, address at 4. sockaddr_in6: port at 2, flow at 4, address at 8.
        bool isV6 = connection.AddressFamily is AddressFamily.InterNetworkV6;
        byte[] address = new byte[isV6 ? 28 : 16];
        try
        {
            connection.GetRawSocketOption(isV6 ? LevelIpv6 : LevelIpv4, SoOriginalDst, address);
        }
        catch (SocketException)
        {
            return null;
        }

        int port = BinaryPrimitives.ReadUInt16BigEndian(address.AsSpan(2));
        IPEndPoint destination = new(new IPAddress(isV6 ? address.AsSpan(8, 16) : address.AsSpan(4, 4)), port);
        // A connection that was not translated reports its own local address.
        return destination.Equals(connection.LocalEndPoint) ? null : destination;
    }
}
