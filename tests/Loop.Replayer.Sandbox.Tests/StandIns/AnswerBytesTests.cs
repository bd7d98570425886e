using System.Net.Sockets;
using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using static Loop.Replayer.Sandbox.Tests.StandIns.StandInRig;

namespace Loop.Replayer.Sandbox.Tests.StandIns;

/// <summary>What a socket hears of a recorded answer over HTTP/1.1, byte for byte.</summary>
public sealed class AnswerBytesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answer_IsItsRecordedBytes()
    {
        HeaderField[] headers = [new("z-last", "1"), new("X-Odd-Case", "a:b"), new("set-cookie", "a=1"), new("content-length", "4"), new("set-cookie", "b=2"), new("x-empty", ""), new("date", "yesterday"), new("x-bytes", "\u00e9\u00ff")];

        Assert.Equal(
            "HTTP/1.1 200 OK\r\nz-last: 1\r\nX-Odd-Case: a:b\r\nset-cookie: a=1\r\ncontent-length: 4\r\nset-cookie: b=2\r\nx-empty: \r\ndate: yesterday\r\nx-bytes: \u00e9\u00ff\r\nconnection: close\r\n\r\nbody",
            await Heard(Recorded("a", "GET /a", "", 200, "body"u8.ToArray(), headers: headers)));
    }

    [Theory]
    [InlineData("GET", "1.1", 200, "body", "transfer-encoding: chunked\r\nconnection: close\r\n\r\n4\r\nbody\r\n0\r\n\r\n")]
    [InlineData("GET", "1.1", 200, "", "content-length: 0\r\nconnection: close\r\n\r\n")]
    [InlineData("GET", "1.0", 200, "body", "connection: close\r\n\r\nbody")]
    [InlineData("HEAD", "1.1", 200, "", "connection: close\r\n\r\n")]
    [InlineData("GET", "1.1", 204, "", "connection: close\r\n\r\n")]
    [InlineData("GET", "1.1", 205, "", "content-length: 0\r\nconnection: close\r\n\r\n")]
    [InlineData("GET", "1.1", 304, "", "connection: close\r\n\r\n")]
    [InlineData("GET", "1.1", 599, "", "content-length: 0\r\nconnection: close\r\n\r\n")]
    public async Task Answer_WithoutFraming_IsFramedAsEnvoyDoes(string method, string version, int status, string body, string behind)
    {
        string heard = await Heard(Recorded("a", $"{method} /a", "", status, Encoding.ASCII.GetBytes(body), headers: [new("x", "1")]), version);

        Assert.Equal($"x: 1\r\n{behind}", heard[(heard.IndexOf("\r\n", StringComparison.Ordinal) + 2)..]);
    }

    [Fact]
    public async Task Chunks_EndWithTheRecordedTrailers() => Assert.EndsWith(
        "\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\nconnection: close\r\n\r\n4\r\nbody\r\n0\r\nx-sum: 7\r\n\r\n",
        await Heard(Recorded("a", "GET /a", "", 200, "body"u8.ToArray(), headers: [new("transfer-encoding", "chunked"), new("trailer", "x-sum")], trailers: [new("x-sum", "7")])),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("content-length: 100", "half")]
    [InlineData("transfer-encoding: chunked", "4\r\nhalf\r\n")]
    public async Task AnswerThatBrokeOff_EndsAtTheSameByte(string framing, string body)
    {
        string[] parts = framing.Split(": ");

        string heard = await Heard(Recorded("a", "GET /a", "", 200, "half"u8.ToArray(), headers: [new(parts[0], parts[1])], end: ExchangeEnd.BrokenOff));

        Assert.Equal($"HTTP/1.1 200 OK\r\n{framing}\r\nconnection: close\r\n\r\n{body}", heard);
    }

    [Theory]
    [InlineData("3")]
    [InlineData("5")]
    public async Task AnswerOfAnotherLengthThanItSays_GoesOutSo_AndNothingBehindIt(string length)
    {
        await using StandInRig rig = await Start(Recorded("a", "GET /a", "", 200, "body"u8.ToArray(), headers: [new("content-length", length)]), Recorded("b", "GET /a", "", 200, [], at: 10));
        await using NetworkStream stream = await rig.Connect();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Request("GET", "1.1", ""), 2))), Cancellation);

        Assert.Equal($"HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\nbody", await ToEnd(stream));
    }

    [Theory]
    [InlineData("GET /a HTTP/1.1\nHost: payments\n\n", "400 Bad Request")]
    [InlineData("GET /a HTTP/1.1\r\n\r\n", "400 Bad Request")]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400 Bad Request")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400 Bad Request")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400 Bad Request")]
    [InlineData("GET /a HTTP/3.0\r\nHost: a\r\n\r\n", "505 HTTP Version Not Supported")]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "501 Not Implemented")]
    [InlineData("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "501 Not Implemented")]
    public async Task RequestThatCannotBeServed_IsRefusedInWordsAndTold(string request, string status)
    {
        await using StandInRig rig = await Start(Recorded("a", "GET /a", "", 200, []));
        await using NetworkStream stream = await rig.Connect();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);

        string heard = await ToEnd(stream);

        Assert.StartsWith($"HTTP/1.1 {status}\r\nx-loop-miss: 1\r\n", heard, StringComparison.Ordinal);
        ConnectionRefused refused = await rig.Told<ConnectionRefused>(_ => true);
        Assert.Contains(refused.Protocol!["HTTP/1.1 that cannot be served: ".Length..], heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManyRequestsOnOneConnection_AreAnsweredOneAfterTheOther()
    {
        RecordedCall[] calls = [.. Enumerable.Range(0, 50).Select(number => Recorded($"{number}", $"POST /a?{number}", "x", 200, Encoding.ASCII.GetBytes($"{number}"), headers: [new("content-length", $"{number}".Length.ToString(System.Globalization.CultureInfo.InvariantCulture))]))];
        await using StandInRig rig = await Start(calls);
        await using NetworkStream stream = await rig.Connect();
        string requests = string.Concat(Enumerable.Range(0, 50).Select(number =>
            $"POST /a?{number} HTTP/1.1\r\nHost: payments\r\ntraceparent: {TraceParent("web-1")}\r\nContent-Type: application/json\r\n{(number == 49 ? "Connection: close\r\n" : "")}Content-Length: 1\r\n\r\nx"));

        await stream.WriteAsync(Encoding.ASCII.GetBytes(requests), Cancellation);

        string heard = await ToEnd(stream);
        Assert.Equal(Enumerable.Range(0, 50).Select(number => $"{number}"), heard.Split("HTTP/1.1 200 OK\r\n", StringSplitOptions.RemoveEmptyEntries).Select(answer => answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]));
    }

    [Fact]
    public async Task AbsoluteTarget_NamesItsHost()
    {
        await using StandInRig rig = await Start(Recorded("a", "GET /a?b", "", 200, []));
        await using NetworkStream stream = await rig.Connect();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET http://payments/a?b HTTP/1.1\r\nHost: proxy\r\ntraceparent: {TraceParent("web-1")}\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"), Cancellation);

        Assert.StartsWith("HTTP/1.1 200", await ToEnd(stream), StringComparison.Ordinal);
        Assert.Equal("a", (await rig.Served(1))[0].HopId);
    }

    private static async Task<string> Heard(RecordedCall call, string version = "1.1")
    {
        await using StandInRig rig = await Start(call);
        await using NetworkStream stream = await rig.Connect();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Request(call.Request.Part.Header(":method")!, version, "Connection: close\r\n")), Cancellation);
        return await ToEnd(stream);
    }

    private static string Request(string method, string version, string fields) => $"{method} /a HTTP/{version}\r\nHost: payments\r\ntraceparent: {TraceParent("web-1")}\r\n{fields}\r\n";

    private static async Task<string> ToEnd(NetworkStream stream)
    {
        using MemoryStream heard = new();
        await stream.CopyToAsync(heard, Cancellation);
        return Encoding.Latin1.GetString(heard.ToArray());
    }
}
