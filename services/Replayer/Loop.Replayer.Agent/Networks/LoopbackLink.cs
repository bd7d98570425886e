using Loop.Replayer.Agent.Linux;

namespace Loop.Replayer.Agent.Networks;

/// <summary>Brings up <c>lo</c> of the calling thread's network namespace and makes every address local, so that calls to it leave the service at all.</summary>
internal static class LoopbackLink
{
    private const int NewLink = 16, NewRoute = 24;
    private const int Request = 1, Acknowledge = 4, Create = 0x400;
    private const int Ipv4 = 2, Ipv6 = 10;
    private const int LoopbackIndex = 1;
    private const int MainFlagUp = 1;

    /// <summary>Returns whether IPv6 exists here too.</summary>
    public static bool Raise()
    {
        using NetlinkSocket socket = new(protocol: 0);
        // ifinfomsg: family, pad, type, index, flags, change mask.
        socket.Send(new NetlinkMessage().Begin(NewLink, Request | Acknowledge, 1).Byte(0).Byte(0).Host16(0).Host32(LoopbackIndex).Host32(MainFlagUp).Host32(MainFlagUp).End(), 1, "bring up lo");
        AddLocalRoute(socket, Ipv4);
        try
        {
            AddLocalRoute(socket, Ipv6);
            return true;
        }
        catch (KernelRefusedException)
        {
            // A kernel without IPv6: then nothing can be called by it either.
            return false;
        }
    }

    // "ip route add local default dev lo": rtmsg is family, two prefix lengths, tos, table, protocol, scope, type, flags; 4 is RTA_OIF.
    private static void AddLocalRoute(NetlinkSocket socket, int family)
    {
        const int localTable = 255, boot = 3, hostScope = 254, localType = 2, outputLink = 4;
        socket.Send(
            new NetlinkMessage().Begin(NewRoute, Request | Acknowledge | Create, 2)
                .Byte(family).Byte(0).Byte(0).Byte(0).Byte(localTable).Byte(boot).Byte(hostScope).Byte(localType).Host32(0)
                .HostNumber(outputLink, LoopbackIndex).End(),
            1,
            "make every address local");
    }
}
