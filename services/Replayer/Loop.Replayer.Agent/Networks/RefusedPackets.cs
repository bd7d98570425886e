using System.Buffers.Binary;
using System.Net;
using Loop.Replayer.Agent.Linux;

namespace Loop.Replayer.Agent.Networks;

/// <summary>
/// Listens on <c>lo</c> of one namespace and tells of every packet to a foreign address that is not TCP and not a question to a name
/// server: those that <see cref="Fence"/> refuses; and of every connection to a port of the service's own machine on which nobody listens: a database or a
/// sidecar that production had. The packet socket is the agent's; services cannot open one.
/// </summary>
internal sealed class RefusedPackets(string service, RefusedTraffic refused, IReadOnlyCollection<int> agentsOwn)
{
    private const int AfPacket = 17, SockDatagram = 2 | 0x80000, AllProtocols = 3, LoopbackIndex = 1, PacketHost = 0;
    private const int Icmp = 1, Tcp = 6, Udp = 17, IcmpV6 = 58;
    private const int IcmpEchoRequest = 8, IcmpV6EchoRequest = 128;

    /// <summary>Begins to listen. Call on the namespace's thread.</summary>
    public void Start()
    {
        // The protocol is in network byte order.
        int descriptor = Native.Check(Native.socket(AfPacket, SockDatagram, AllProtocols << 8), "watch lo for refused packets");
        AttachFilter(descriptor);
        // sockaddr_ll: family, protocol (network order), interface index.
        byte[] address = new byte[20];
        BinaryPrimitives.WriteUInt16LittleEndian(address, AfPacket);
        BinaryPrimitives.WriteUInt16BigEndian(address.AsSpan(2), AllProtocols);
        BinaryPrimitives.WriteInt32LittleEndian(address.AsSpan(4), LoopbackIndex);
        Native.Check(Native.bind(descriptor, address, address.Length), "watch lo for refused packets");
        new Thread(() => Read(descriptor)) { IsBackground = true, Name = "refused packets of " + service }.Start();
    }

    private void Read(int descriptor)
    {
        byte[] packet = new byte[128];
        byte[] sender = new byte[20];
        while (true)
        {
            int addressLength = sender.Length;
            int length = (int)Native.recvfrom(descriptor, packet, packet.Length, 0, sender, ref addressLength);
            if (length < 0)
                continue;
            // Each packet on lo passes twice, on its way out and in: sll_pkttype at 10.
            if (sender[10] != PacketHost)
                continue;
            if (ClosedPort(packet.AsSpan(0, length)) is { } closed)
                AddClosed(closed);
            else if (Describe(packet.AsSpan(0, length)) is { } found)
                refused.Add(service, found.Kind, found.Target);
        }
    }

    // Clients of "localhost" try one family first: a port that is open under the other is no refusal.
    private void AddClosed(IPEndPoint closed)
    {
        if (!agentsOwn.Contains(closed.Port) && !ListeningPorts.OfThisThread().Any(open => open.Port == closed.Port))
            refused.Add(service, "tcp", $"{closed}, where nobody listens");
    }

    /// <summary>The port that refused a connection with this packet; null when it is no such refusal.</summary>
    internal static IPEndPoint? ClosedPort(ReadOnlySpan<byte> packet)
    {
        const int resetAndAcknowledge = 0x14;
        if (packet.Length < 40)
            return null;
        bool isV6 = packet[0] >> 4 == 6;
        int header = isV6 ? 40 : (packet[0] & 15) * 4;
        if ((isV6 ? packet[6] : packet[9]) != Tcp || packet.Length < header + 20)
            return null;
        ReadOnlySpan<byte> tcp = packet[header..];
        // RFC 9293 §3.10.7.1: what answers a first packet to a closed port has the sequence number 0.
        if ((tcp[13] & 0x3f) != resetAndAcknowledge || BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]) != 0)
            return null;
        return new IPEndPoint(new IPAddress(isV6 ? packet.Slice(8, 16) : packet.Slice(12, 4)), BinaryPrimitives.ReadUInt16BigEndian(tcp));
    }

    /// <summary>Kind and target of a packet that the fence refuses; null for one that it lets through.</summary>
    internal static (string Kind, string Target)? Describe(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 20)
            return null;
        bool isV6 = packet[0] >> 4 == 6;
        if (isV6 && packet.Length < 40)
            return null;
        int protocol = isV6 ? packet[6] : packet[9];
        ReadOnlySpan<byte> payload = packet[Math.Min(packet.Length, isV6 ? 40 : (packet[0] & 15) * 4)..];
        IPAddress target = new(isV6 ? packet.Slice(24, 16) : packet.Slice(16, 4));
        if (IPAddress.IsLoopback(target))
            return null;
        return protocol switch
        {
            Tcp => null,
            Udp when payload.Length >= 4 && BinaryPrimitives.ReadUInt16BigEndian(payload) == 53 => null,
            Udp when payload.Length >= 4 => ("udp", new IPEndPoint(target, BinaryPrimitives.ReadUInt16BigEndian(payload[2..])).ToString()),
            // Error messages that answer a refusal come from the kernel itself.
            Icmp => payload.Length > 0 && payload[0] == IcmpEchoRequest ? ("icmp", target.ToString()) : null,
            IcmpV6 => payload.Length > 0 && payload[0] == IcmpV6EchoRequest ? ("icmp", target.ToString()) : null,
            _ => ("protocol " + protocol, target.ToString()),
        };
    }

    // Of TCP only what refuses a connection comes here: the bytes of calls need not be copied. With SOCK_DGRAM the packet begins at its IP header.
    private static unsafe void AttachFilter(int descriptor)
    {
        const int loadByte = 0x30, loadIndexed = 0x50, loadHeaderLength = 0xb1, shiftRight = 0x74, jumpEqual = 0x15, jumpAny = 0x45, give = 0x06, solSocket = 1, attachFilter = 26;
        const int flags = 13, reset = 4;
        ulong[] program =
        [
            Instruction(loadByte, 0, 0, 0),
            Instruction(shiftRight, 0, 0, 4),
            Instruction(jumpEqual, 0, 4, 6),
            // IPv6: the next header, and TCP's flags behind the fixed header.
            Instruction(loadByte, 0, 0, 6),
            Instruction(jumpEqual, 0, 7, Tcp),
            Instruction(loadByte, 0, 0, 40 + flags),
            Instruction(jumpAny, 5, 6, reset),
            // IPv4: the protocol, and TCP's flags behind a header of any length.
            Instruction(loadByte, 0, 0, 9),
            Instruction(jumpEqual, 0, 3, Tcp),
            Instruction(loadHeaderLength, 0, 0, 0),
            Instruction(loadIndexed, 0, 0, flags),
            Instruction(jumpAny, 0, 1, reset),
            Instruction(give, 0, 0, 128),
            Instruction(give, 0, 0, 0),
        ];
        fixed (ulong* first = program)
        {
            // sock_fprog: length, padding, pointer.
            byte[] option = new byte[16];
            BinaryPrimitives.WriteUInt16LittleEndian(option, (ushort)program.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(option.AsSpan(8), (ulong)first);
            Native.Check(Native.setsockopt(descriptor, solSocket, attachFilter, option, option.Length), "filter refused packets");
        }
    }

    private static ulong Instruction(ushort code, byte ifTrue, byte ifFalse, uint value) => code | ((ulong)ifTrue << 16) | ((ulong)ifFalse << 24) | ((ulong)value << 32);
}
