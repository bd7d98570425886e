using System.Net;
using CsCheck;
using Loop.Replayer.Agent.Linux;
using Loop.Replayer.Agent.Networks;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests;

/// <summary>What services send and what the kernel prints, without either.</summary>
public sealed class WireTests
{
    private static readonly NameTable Names = new(new SandboxPlan { Services = [], RecordedHosts = ["Stock.Internal", "pay.example.", "10.0.0.1", "stock.internal"] });

    [Fact]
    public void NameTable_GivesOneAddressPerNameWhateverItsCase()
    {
        Assert.Equal(["Stock.Internal", "pay.example"], Names.Addresses.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Names.Find("stock.internal"), Names.Find("STOCK.internal."));
        Assert.NotEqual(Names.Find("stock.internal"), Names.Find("pay.example"));
        Assert.Equal("pay.example", Names.NameOf(Names.Find("pay.example")!));
    }

    [Fact]
    public void NameServer_KnownName_IsAnsweredWithItsAddress()
    {
        byte[] answer = Server([]).Answer(Question("pay.example", type: 1))!;

        Assert.Equal((byte)1, answer[7]);
        Assert.Equal(Names.Find("pay.example")!.GetAddressBytes(), answer[^4..]);
    }

    [Fact]
    public void NameServer_KnownNameWithoutThatType_ExistsButIsEmpty()
    {
        byte[] answer = Server([]).Answer(Question("pay.example", type: 28))!;

        Assert.Equal((0, 0), (answer[3] & 15, answer[7]));
    }

    [Fact]
    public void NameServer_UnknownName_DoesNotExistAndIsCounted()
    {
        List<SandboxObservation> told = [];

        byte[] answer = Server(told).Answer(Question("other.example", type: 1))!;

        Assert.Equal(3, answer[3] & 15);
        Assert.Equal([new TrafficRefused("shop", "dns", "other.example", 1)], told);
    }

    [Fact]
    public void NameServer_AnyBytes_NeverThrowAndKeepTheId() => Gen.Byte.Array[0, 64].Sample(query =>
    {
        byte[]? answer = Server([]).Answer(query);
        return answer is null || (answer[0] == query[0] && answer[1] == query[1] && answer.Length >= 12);
    });

    [Fact]
    public void RefusedPackets_AnyBytes_NeverThrow() => Gen.Byte.Array[0, 128].Sample(packet => _ = (RefusedPackets.Describe(packet), RefusedPackets.ClosedPort(packet)));

    [Fact]
    public void ListeningPorts_TableOfTheKernel_IsReadInBothFamilies()
    {
        const string table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
               1: 0100007F:1F91 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
               2: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 3 1 0 100 0 0 10 0
            """;

        Assert.Equal([new IPEndPoint(IPAddress.Loopback, 8080), new IPEndPoint(IPAddress.IPv6Loopback, 80)], ListeningPorts.Parse(table));
    }

    [Fact]
    public void UnixSockets_TableOfTheKernel_GivesPathsOnly()
    {
        const string table = """
            Num       RefCount Protocol Flags    Type St Inode Path
            00000000b9e1b7a1: 00000002 00000000 00010000 0001 01 12345 /run/a b.sock
            00000000b9e1b7a2: 00000002 00000000 00010000 0001 01 12346 @abstract
            00000000b9e1b7a3: 00000003 00000000 00000000 0001 03 12347
            """;

        Assert.Equal(["/run/a b.sock"], UnixSockets.Parse(table));
    }

    [Fact]
    public void RefusedTraffic_Repeats_AreToldWhenDoubledAndAtTheEnd()
    {
        List<SandboxObservation> told = [];
        RefusedTraffic refused = new(told.Add);
        for (int count = 0; count < 5; count++)
            refused.Add("shop", "udp", "x");

        refused.TellRest();

        Assert.Equal([1, 2, 4, 5], told.Cast<TrafficRefused>().Select(one => one.Count));
    }

    private static NameServer Server(List<SandboxObservation> told) => new("shop", Names, new RefusedTraffic(told.Add));

    private static byte[] Question(string name, byte type) =>
        [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. name.Split('.').SelectMany(label => label.Select(letter => (byte)letter).Prepend((byte)label.Length)), 0, 0, type, 0, 1];
}
