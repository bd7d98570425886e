using System.Text;
using Loop.Replayer.Agent.StandIns;

namespace Loop.Replayer.Sandbox.Tests.StandIns;

public sealed class FirstBytesTests
{
    [Theory]
    [InlineData("GET /x HTTP/1.1\r", "HTTP/1.1")]
    [InlineData("PROPFIND /x", "HTTP/1.1")]
    [InlineData("PRI * HTTP/2.0\r\n", "HTTP/2")]
    [InlineData("PRI", "HTTP/2")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000", "TLS")]
    [InlineData("\0\0\0\u0008\u0004\u00d2\u0016\u002f", "PostgreSQL")]
    [InlineData("\0\0\0\u0054\0\u0003\0\0user", "PostgreSQL")]
    [InlineData("*1\r\n$4\r\nPING\r\n", "Redis")]
    [InlineData("AMQP\0\0\u0009\u0001", "AMQP")]
    [InlineData("PO", null)]
    [InlineData("\u0001\u0002", null)]
    public void Name_Opening_TellsTheProtocol(string opening, string? protocol) => Assert.Equal(protocol, FirstBytes.Name(Encoding.Latin1.GetBytes(opening), isAll: false));

    [Fact]
    public void Name_NothingKnown_SaysSoWhenNoMoreComes() => Assert.Equal("unknown protocol", FirstBytes.Name([1, 2, 3], isAll: true));
}
