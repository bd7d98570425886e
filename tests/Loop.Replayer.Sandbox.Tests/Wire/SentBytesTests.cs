using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Loop.Replayer.Sandbox.Tests.Wire;

/// <summary>What a socket hears of a request, byte for byte, and what is read of what it says.</summary>
public sealed class SentBytesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Request_GoesByteForByte()
    {
        WireRequest request = Request("POST", "/a/../caf\u00e9?q=%7E", [new("X-Odd", "1"), new("content-length", "4"), new("x-many", "b"), new("accept", "*/*"), new("x-many", ""), new("x-bytes", "\u00e9\u00ff")], "body"u8.ToArray());

        (string heard, _) = await Send(request, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");

        Assert.Equal("POST /a/../caf\u00e9?q=%7E HTTP/1.1\r\nhost: shop.example\r\nX-Odd: 1\r\ncontent-length: 4\r\nx-many: b\r\naccept: */*\r\nx-many: \r\nx-bytes: \u00e9\u00ff\r\n\r\nbody", heard);
    }

    [Theory]
    [InlineData("GET", "", "GET / HTTP/1.1\r\nhost: shop.example\r\n\r\n")]
    [InlineData("POST", "", "POST / HTTP/1.1\r\nhost: shop.example\r\ncontent-length: 0\r\n\r\n")]
    [InlineData("DELETE", "x", "DELETE / HTTP/1.1\r\nhost: shop.example\r\ncontent-length: 1\r\n\r\nx")]
    public async Task Request_WithoutFraming_IsFramedBehindItsFields(string method, string body, string expected) =>
        Assert.Equal(expected, (await Send(Request(method, "/", [], Encoding.ASCII.GetBytes(body)), "HTTP/1.1 204 No Content\r\n\r\n")).Heard);

    [Fact]
    public async Task Request_WithHostAndChunks_KeepsTheirPlacesAndItsTrailers()
    {
        WireRequest request = Request("PUT", "/", [new("a", "1"), new("host", "other"), new("transfer-encoding", "chunked"), new("b", "2")], "body"u8.ToArray()) with { Trailers = [new("x-sum", "7")] };

        (string heard, _) = await Send(request, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");

        Assert.Equal("PUT / HTTP/1.1\r\na: 1\r\nhost: other\r\ntransfer-encoding: chunked\r\nb: 2\r\n\r\n4\r\nbody\r\n0\r\nx-sum: 7\r\n\r\n", heard);
    }

    [Fact]
    public async Task Request_ThatPromisesAnotherLength_IsNeverSent() =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => new RequestSender(TimeProvider.System).Send(
            new Nothing(), Request("POST", "/", [new("content-length", "9")], "body"u8.ToArray()), TimeSpan.FromMinutes(2), 1000, Cancellation));

    [Fact]
    public async Task Request_ThatCannotBeFramed_IsNeverSent() =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => new RequestSender(TimeProvider.System).Send(
            new Nothing(), Request("POST", "/", [new("content-length", "4"), new("transfer-encoding", "chunked")], "body"u8.ToArray()), TimeSpan.FromMinutes(2), 1000, Cancellation));

    [Fact]
    public async Task Request_WithoutAnAuthority_NamesTheOtherEnd() =>
        Assert.Matches("^GET / HTTP/1.1\r\nhost: 127.0.0.1:[0-9]+\r\n\r\n$", (await Send(Request("GET", "/", [], []) with { Authority = null }, "HTTP/1.1 204 No Content\r\n\r\n")).Heard);

    [Fact]
    public async Task Request_OverTls_GoesByteForByte()
    {
        using RSA key = RSA.Create(2048);
        using X509Certificate2 made = new CertificateRequest("CN=shop.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1000));
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<Answer> sending = new RequestSender(TimeProvider.System).Send(
            new SecureConnector((IPEndPoint)listener.LocalEndpoint, made), Request("POST", "/%7e", [new("x-b", "1"), new("x-a", "2")], "body"u8.ToArray()), TimeSpan.FromMinutes(2), 1000, Cancellation);
        await using SslStream stream = new(new NetworkStream(await listener.AcceptSocketAsync(Cancellation), ownsSocket: true));
        await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = made }, Cancellation);
        byte[] expected = "POST /%7e HTTP/1.1\r\nhost: shop.example\r\nx-b: 1\r\nx-a: 2\r\ncontent-length: 4\r\n\r\nbody"u8.ToArray();
        byte[] heard = new byte[expected.Length];
        await stream.ReadExactlyAsync(heard, Cancellation);
        await stream.WriteAsync("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"u8.ToArray(), Cancellation);

        Assert.Equal(Encoding.Latin1.GetString(expected), Encoding.Latin1.GetString(heard));
        Answer answer = await sending;
        Assert.Equal((AnswerOutcome.Answered, "ok"), (answer.Outcome, Encoding.Latin1.GetString(answer.Body.Span)));
    }

    [Fact]
    public async Task Answer_ThatNeverBegins_TimesOutBeforeItsHeadersAndIsCancelledAsAsked()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        FakeTimeProvider time = new();
        Task<Answer> late = new RequestSender(time).Send(new Connector((IPEndPoint)listener.LocalEndpoint), Request("GET", "/", [], []), TimeSpan.FromMinutes(2), 1000, Cancellation);
        using Socket socket = await listener.AcceptSocketAsync(Cancellation);
        await socket.ReceiveAsync(new byte[1], SocketFlags.None, Cancellation);
        time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal((AnswerOutcome.HeadersTimedOut, "limit 120 s"), ((await late).Outcome, (await late).Detail));

        using CancellationTokenSource giving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task<Answer> givenUp = new RequestSender(time).Send(new Connector((IPEndPoint)listener.LocalEndpoint), Request("GET", "/", [], []), TimeSpan.FromMinutes(2), 1000, giving.Token);
        using Socket other = await listener.AcceptSocketAsync(Cancellation);
        await other.SendAsync("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok"u8.ToArray(), SocketFlags.None, Cancellation);
        await giving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
    }

    [Theory]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", AnswerOutcome.Answered, 200, "ok")]
    [InlineData("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\no\r\n1;x\r\nk\r\n0\r\nx-sum: 7\r\n\r\n", AnswerOutcome.Answered, 200, "ok")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nok", AnswerOutcome.Answered, 200, "ok")]
    [InlineData("HTTP/1.1 304 Not Modified\r\ncontent-length: 70\r\n\r\n", AnswerOutcome.Answered, 304, "")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok", AnswerOutcome.BodyReset, 200, "ok")]
    [InlineData("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n", AnswerOutcome.BodyReset, 200, "ok")]
    [InlineData("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n", AnswerOutcome.BodyGarbage, 200, "ok")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok", AnswerOutcome.HeadersGarbage, null, "")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", AnswerOutcome.HeadersGarbage, null, "")]
    [InlineData("HTTP/1.1 200 OK\ncontent-length: 2\n\nok", AnswerOutcome.HeadersGarbage, null, "")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n", AnswerOutcome.HeadersGarbage, null, "")]
    [InlineData("SSH-2.0-x\r\n\r\n", AnswerOutcome.HeadersGarbage, null, "")]
    [InlineData("SSH-2.0-x\r\n", AnswerOutcome.HeadersGarbage, null, "")]
    [InlineData("HTTP/1.1 200 OK\r\na: 1\r\nno field\r\n", AnswerOutcome.HeadersGarbage, null, "")]
    [InlineData("HTTP/1.1 200 OK\r\na: 1\r\n", AnswerOutcome.HeadersReset, null, "")]
    [InlineData("HTTP/1.1 200 O", AnswerOutcome.HeadersReset, null, "")]
    [InlineData("", AnswerOutcome.HeadersReset, null, "")]
    public async Task Answer_IsReadAsItIs(string said, AnswerOutcome outcome, int? status, string body)
    {
        (_, Answer answer) = await Send(Request("GET", "/", [], []), said);

        Assert.Equal((outcome, status, body, false), (answer.Outcome, answer.Status, Encoding.Latin1.GetString(answer.Body.Span), answer.ByReset));
    }

    [Theory]
    [InlineData("", AnswerOutcome.HeadersReset)]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok", AnswerOutcome.BodyReset)]
    public async Task Answer_ThatIsReset_IsToldFromOneThatEnds(string said, AnswerOutcome outcome)
    {
        (_, Answer answer) = await Send(Request("GET", "/", [], []), said, reset: true);

        Assert.Equal((outcome, true), (answer.Outcome, answer.ByReset));
    }

    /// <summary>It is no hang: nobody waits for more of what is no answer.</summary>
    [Theory]
    [InlineData("SSH-2.0-x\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\na: 1\r\n", "no field\r\n")]
    public async Task Answer_ThatIsNone_IsToldWhileItsConnectionIsOpen(params string[] said)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<Answer> sending = new RequestSender(new FakeTimeProvider()).Send(new Connector((IPEndPoint)listener.LocalEndpoint), Request("GET", "/", [], []), TimeSpan.FromMinutes(2), 1000, Cancellation);
        using Socket socket = await listener.AcceptSocketAsync(Cancellation);
        foreach (string line in said)
            await socket.SendAsync(Encoding.Latin1.GetBytes(line), SocketFlags.None, Cancellation);

        Assert.Equal(AnswerOutcome.HeadersGarbage, (await sending.WaitAsync(Cancellation)).Outcome);
    }

    [Fact]
    public async Task Answer_KeepsOrderAndDuplicates()
    {
        (_, Answer answer) = await Send(Request("GET", "/", [], []), "HTTP/1.1 200 OK\r\nZ: 1\r\nset-cookie: a\r\ncontent-length: 0\r\nSet-Cookie: b\r\nA: \u00e9\r\n\r\n");

        Assert.Equal([new HeaderField("z", "1"), new("set-cookie", "a"), new("content-length", "0"), new("set-cookie", "b"), new("a", "\u00e9")], answer.Headers);
    }

    [Fact]
    public async Task Answer_ThatComesBeforeTheRequestWasTaken_IsRead()
    {
        (_, Answer answer) = await Send(Request("POST", "/", [], new byte[50_000_000]), "HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\n\r\n");

        Assert.Equal((AnswerOutcome.Answered, 413), (answer.Outcome, answer.Status));
    }

    private static WireRequest Request(string method, string path, HeaderField[] headers, byte[] body) =>
        new() { Method = method, Path = path, Authority = "shop.example", UsesHttp2 = false, Headers = headers, Body = body, Adjustments = [] };

    private static async Task<(string Heard, Answer Answer)> Send(WireRequest request, string said, bool reset = false)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<Answer> sending = new RequestSender(TimeProvider.System).Send(new Connector((IPEndPoint)listener.LocalEndpoint), request, TimeSpan.FromMinutes(2), 1000, Cancellation);
        using Socket socket = await listener.AcceptSocketAsync(Cancellation);
        byte[] heard = new byte[4096];
        int count = 0;
        // Up to the body's end, which all but one of these requests reach with their first bytes.
        while (request.Body.Length < heard.Length && !IsWhole(request, Encoding.Latin1.GetString(heard, 0, count)) && !sending.IsCompleted)
            count += await socket.ReceiveAsync(heard.AsMemory(count), SocketFlags.None, Cancellation) is > 0 and var more ? more : throw new EndOfStreamException(await Failure(sending));
        if (said.Length > 0)
            await socket.SendAsync(Encoding.Latin1.GetBytes(said), SocketFlags.None, Cancellation);
        if (!reset)
        {
            socket.Shutdown(SocketShutdown.Send);
            return (Encoding.Latin1.GetString(heard, 0, count), await sending);
        }

        socket.Close(timeout: 0);
        return (Encoding.Latin1.GetString(heard, 0, count), await sending);
    }

    private static async Task<string> Failure(Task<Answer> sending) => $"Nothing more came: {(await sending).Detail}";

    private static bool IsWhole(WireRequest request, string heard)
    {
        int end = heard.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end >= 0 && (heard.Contains("chunked", StringComparison.Ordinal) ? heard.EndsWith("\r\n\r\n", StringComparison.Ordinal) && heard.IndexOf("0\r\n", end, StringComparison.Ordinal) > 0 : heard.Length == end + 4 + request.Body.Length);
    }

    private sealed class Nothing : WireConnector
    {
        public override string Name => "nothing";

        protected override ValueTask<Stream> Open(CancellationToken cancellationToken) => new(Stream.Null);
    }

    private sealed class SecureConnector(IPEndPoint peer, X509Certificate2 expected) : WireConnector
    {
        public override string Name => peer.ToString();

        public override bool IsSecure => true;

        protected override async ValueTask<Stream> Open(CancellationToken cancellationToken)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(peer, cancellationToken);
            SslStream stream = new(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "shop.example", RemoteCertificateValidationCallback = (_, shown, _, _) => expected.Equals(shown) }, cancellationToken);
            return stream;
        }
    }

    private sealed class Connector(IPEndPoint peer) : WireConnector
    {
        public override string Name => peer.ToString();

        protected override async ValueTask<Stream> Open(CancellationToken cancellationToken)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(peer, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
    }
}
