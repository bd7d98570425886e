using System.Net;
using Loop.Replayer.Agent.Linux;

namespace Loop.Replayer.Agent.Networks;

/// <summary>
/// The packet rules of one service's namespace, loaded into nf_tables without the <c>nft</c> program:
/// <code>
/// chain out (nat, output):     ip  daddr != 127.0.0.0/8  tcp           redirect to :port
///                              ip  daddr != 127.0.0.0/8  udp dport 53  redirect to :53
/// chain in  (filter, input):   ip  daddr != 127.0.0.0/8  not tcp, ct state new   reject (port unreachable)
/// </code>
/// and the same for IPv6. Rejecting happens on the way in, where <see cref="RefusedPackets"/> has already seen the packet.
/// Constants: include/uapi/linux/netfilter/nf_tables.h.
/// </summary>
internal sealed class Fence
{
    private const int NetfilterProtocol = 12;
    private const int Subsystem = 10 << 8;
    private const int BatchBegin = 0x10, BatchEnd = 0x11, NewTable = 0, NewChain = 3, NewRule = 6;
    private const int Request = 1, Acknowledge = 4, CreateAppend = 0x400 | 0x800;
    private const int Inet = 1, ProtocolV4 = 2, ProtocolV6 = 10;
    private const int Tcp = 6, Udp = 17;
    private const int Register = 1;
    private const string Table = "loop";
    private readonly NetlinkMessage _batch = new();
    private int _sequence;

    /// <summary>Loads the rules into the calling thread's network namespace.</summary>
    public static void Load(int redirectPort, bool hasIpv6)
    {
        Fence fence = new();
        fence.Build(redirectPort, hasIpv6);
        using NetlinkSocket socket = new(NetfilterProtocol);
        socket.Send(fence._batch, fence._sequence - 2, "load the packet rules (nf_tables with nat, redirect and reject)");
    }

    private void Build(int redirectPort, bool hasIpv6)
    {
        const int localOut = 3, localIn = 1, natPriority = -100, filterPriority = 0;
        Batch(BatchBegin);
        Message(NewTable, message => message.Attribute(1, Table));
        Chain("out", "nat", localOut, natPriority);
        Chain("in", "filter", localIn, filterPriority);
        foreach (bool isV6 in hasIpv6 ? new[] { false, true } : [false])
        {
            Rule("out", rule => Redirect(Compare(Meta(NotLoopback(rule, isV6), key: 16), [Tcp]), redirectPort));
            Rule("out", rule => Redirect(Compare(Payload(Compare(Meta(NotLoopback(rule, isV6), key: 16), [Udp]), @base: 2, offset: 2, length: 2), [0, 53]), 53));
            Rule("in", rule => Reject(NewConnection(Compare(Meta(NotLoopback(rule, isV6), key: 16), [Tcp], isEqual: false))));
        }

        Batch(BatchEnd);
    }

    private void Batch(int type) => _batch.Begin(type, Request, _sequence++).Byte(0).Byte(0).Byte(Subsystem >> 8 >> 8).Byte(Subsystem >> 8).End();

    private void Message(int type, Action<NetlinkMessage> content)
    {
        _batch.Begin(Subsystem | type, Request | Acknowledge | CreateAppend, _sequence++).Byte(Inet).Byte(0).Host16(0);
        content(_batch);
        _batch.End();
    }

    private void Chain(string name, string type, int hook, int priority) => Message(NewChain, message => message
        .Attribute(1, Table).Attribute(3, name).Nest(4, nest => nest.Network32(1, hook).Network32(2, priority)).Attribute(7, type));

    private void Rule(string chain, Action<NetlinkMessage> expressions) => Message(NewRule, message => message
        .Attribute(1, Table).Attribute(2, chain).Nest(4, expressions));

    private static NetlinkMessage NotLoopback(NetlinkMessage rule, bool isV6)
    {
        Compare(Meta(rule, key: 15), [(byte)(isV6 ? ProtocolV6 : ProtocolV4)]);
        if (isV6)
            return Compare(Payload(rule, @base: 1, offset: 24, length: 16), IPAddress.IPv6Loopback.GetAddressBytes(), isEqual: false);
        Payload(rule, @base: 1, offset: 16, length: 4);
        Expression(rule, "bitwise", data => data.Network32(1, Register).Network32(2, Register).Network32(3, 4)
            .Nest(4, mask => mask.Attribute(1, [255, 0, 0, 0])).Nest(5, xor => xor.Attribute(1, [0, 0, 0, 0])));
        return Compare(rule, [127, 0, 0, 0], isEqual: false);
    }

    // ct state, in host byte order: 8 is NF_CT_STATE_BIT(IP_CT_NEW). Answers, and the error messages of a refusal, belong to known connections.
    private static NetlinkMessage NewConnection(NetlinkMessage rule)
    {
        Expression(rule, "ct", data => data.Network32(1, Register).Network32(2, 0));
        Expression(rule, "bitwise", data => data.Network32(1, Register).Network32(2, Register).Network32(3, 4)
            .Nest(4, mask => mask.Attribute(1, [8, 0, 0, 0])).Nest(5, xor => xor.Attribute(1, [0, 0, 0, 0])));
        return Compare(rule, [0, 0, 0, 0], isEqual: false);
    }

    private static NetlinkMessage Meta(NetlinkMessage rule, int key) =>
        Expression(rule, "meta", data => data.Network32(1, Register).Network32(2, key));

    private static NetlinkMessage Payload(NetlinkMessage rule, int @base, int offset, int length) =>
        Expression(rule, "payload", data => data.Network32(1, Register).Network32(2, @base).Network32(3, offset).Network32(4, length));

    private static NetlinkMessage Compare(NetlinkMessage rule, byte[] value, bool isEqual = true) =>
        Expression(rule, "cmp", data => data.Network32(1, Register).Network32(2, isEqual ? 0 : 1).Nest(3, nest => nest.Attribute(1, value)));

    private static void Redirect(NetlinkMessage rule, int port)
    {
        Expression(rule, "immediate", data => data.Network32(1, Register).Nest(2, nest => nest.Attribute(1, [(byte)(port >> 8), (byte)port])));
        Expression(rule, "redir", data => data.Network32(1, Register));
    }

    private static void Reject(NetlinkMessage rule)
    {
        const int eitherFamily = 2;
        Expression(rule, "reject", data => data.Network32(1, eitherFamily).Attribute(2, [1]));
    }

    private static NetlinkMessage Expression(NetlinkMessage rule, string name, Action<NetlinkMessage> data) =>
        rule.Nest(1, element => element.Attribute(1, name).Nest(2, data));
}
