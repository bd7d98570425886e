using System.Net.Sockets;
using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Sandbox.Tests.StandIns.Adversarial;

/// <summary>Requests as no client library writes them, byte for byte.</summary>
public sealed class RawBytesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("x-declared: 1\r\nX-DECLARED:2\r\n", "true")]
    [InlineData("x-declared: 2\r\nx-declared: 1\r\n", "decoy")]
    [InlineData("x-declared: 1, 2\r\n", null)]
    [InlineData("x-declared: 1\r\n", null)]
    public async Task DuplicateHeaders_CountInTheirOrder(string headers, string? hop)
    {
        HeaderField one = new("x-declared", "1");
        HeaderField two = new("x-declared", "2");
        await using StandInRig rig = await StandInRig.Start(StandInRig.Plan(Recorded("decoy", "", two, one), Recorded("true", "", one, two)) with { DeclaredHeaders = ["x-declared"] });
        await using NetworkStream stream = await rig.Connect();

        await Write(stream, $"{Head()}{headers}\r\n");

        string answer = await ReadHead(stream);
        Assert.StartsWith(hop is null ? "HTTP/1.1 502" : "HTTP/1.1 200", answer, StringComparison.Ordinal);
        ServedCall served = (await rig.Served(1))[0];
        Assert.Equal((hop, null), (served.HopId, served.Ambiguity));
    }

    [Fact]
    public async Task BodyInPieces_CutAnywhere_IsOneBody()
    {
        await using StandInRig rig = await StandInRig.Start(Recorded("decoy", "hello worlds"), Recorded("true", "hello world"));
        await using NetworkStream stream = await rig.Connect();

        string request = $"{Head()}transfer-encoding: chunked\r\n\r\n5;name=value\r\nhello\r\n06\r\n world\r\n0\r\nx-trailer: 1\r\n\r\n";
        foreach (char[] piece in request.Chunk(7))
        {
            await Write(stream, new string(piece));
            await Task.Delay(1, Cancellation);
        }

        Assert.StartsWith("HTTP/1.1 200", await ReadHead(stream), StringComparison.Ordinal);
        Assert.Equal("true", (await rig.Served(1))[0].HopId);
    }

    [Fact]
    public async Task RequestsBehindEachOther_AreAnsweredInTheirOrder()
    {
        await using StandInRig rig = await StandInRig.Start(Recorded("b", "two"), Recorded("a", "one"));
        await using NetworkStream stream = await rig.Connect();

        await Write(stream, $"{Head()}content-length: 3\r\n\r\none{Head()}content-length: 3\r\n\r\ntwo");

        Assert.Contains("x-of: a\r\n", await ReadHead(stream), StringComparison.Ordinal);
        Assert.Contains("x-of: b\r\n", await ReadHead(stream), StringComparison.Ordinal);
    }

    private static string Head() => $"POST /thing HTTP/1.1\r\nHost: payments\r\ntraceparent: {StandInRig.TraceParent("web-1")}\r\n";

    private static RecordedCall Recorded(string hop, string body, params HeaderField[] headers)
    {
        RecordedCall call = StandInRig.Recorded(hop, "POST /thing", body, 200, [], headers: [new HeaderField("x-of", hop)]);
        HeaderField[] all = [.. call.Request.Part.Headers.Where(field => field.Name.StartsWith(':')), .. headers];
        return call with { Request = call.Request with { Part = call.Request.Part with { Headers = all } } };
    }

    private static async Task Write(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text), Cancellation);

    // Up to the empty line; the answers here have no body.
    private static async Task<string> ReadHead(NetworkStream stream)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, Cancellation);
            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
