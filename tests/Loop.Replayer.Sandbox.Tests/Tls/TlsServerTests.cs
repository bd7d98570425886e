using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Tls;
using Loop.Replayer.Sandbox.Tests.StandIns;

namespace Loop.Replayer.Sandbox.Tests.Tls;

/// <summary>What is said in TLS is answered as on any connection.</summary>
public sealed class TlsServerTests
{
    private const string Host = "payments";
    private static readonly TlsPart Part = TlsPart.WithNewAuthority(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(79), [Host]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Serve_Http1_IsAnsweredByteForByteOnOneConnection()
    {
        await using StandInRig rig = await Started(Call("a", "GET /a", "one"), Call("b", "GET /b", "two"));
        await using SslStream connection = await Opened(rig, SslApplicationProtocol.Http11);

        Assert.Equal("HTTP/1.1 200 OK\r\nx-b: 1\r\nx-a: 2\r\ncontent-length: 3\r\n\r\none", await Ask(connection, "/a"));
        Assert.Equal("HTTP/1.1 200 OK\r\nx-b: 1\r\nx-a: 2\r\ncontent-length: 3\r\n\r\ntwo", await Ask(connection, "/b"));
        Assert.All(await rig.Served(2), call => Assert.True(call.IsSecure));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Serve_Http2_IsAnswered(bool isNegotiated)
    {
        await using StandInRig rig = await Started(Call("a", "GET /a", "one"), Call("b", "POST /b", "two"));
        using HttpClient client = new(new SocketsHttpHandler
        {
            // A client that knows HTTP/2 beforehand asks for it in clear text, as far as it knows.
            ConnectCallback = async (_, _) => isNegotiated ? await rig.Connect() : await Opened(rig),
            SslOptions = Trusting(),
            ActivityHeadersPropagator = null,
            UseProxy = false,
        });

        foreach ((string method, string path, string answer) in new[] { ("GET", "/a", "one"), ("POST", "/b", "two") })
        {
            using HttpRequestMessage request = StandInRig.Request(method, path, "web-1", isHttp2: true);
            request.RequestUri = new Uri($"{(isNegotiated ? "https" : "http")}://{Host}{path}");
            using HttpResponseMessage response = await client.SendAsync(request, Token);
            Assert.Equal((answer, 2), (await response.Content.ReadAsStringAsync(Token), response.Version.Major));
        }

        Assert.All(await rig.Served(2), call => Assert.True(call.IsSecure));
    }

    [Fact]
    public async Task Serve_AnswerThatEndsEarly_EndsTheConnection()
    {
        await using StandInRig rig = await Started(StandInRig.Recorded("a", "GET /a", "", 200, "one"u8.ToArray(), headers: [new HeaderField("content-length", "9")], end: ExchangeEnd.BrokenOff));
        await using SslStream connection = await Opened(rig, SslApplicationProtocol.Http11);

        await connection.WriteAsync(Request("/a"), Token);
        using MemoryStream all = new();
        try
        {
            await connection.CopyToAsync(all, Token);
        }
        catch (IOException)
        {
            // A reset ends it too.
        }

        Assert.EndsWith("content-length: 9\r\n\r\none", Encoding.Latin1.GetString(all.ToArray()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*1\r\n$4\r\nPING\r\n", "Redis in TLS")]
    [InlineData("AMQP\0\0\x09\x01", "AMQP in TLS")]
    [InlineData("\x01\x02", "unknown protocol in TLS")]
    public async Task Serve_AnotherProtocol_IsRefusedByItsName(string says, string protocol)
    {
        await using StandInRig rig = await Started();
        await using SslStream connection = await Opened(rig);
        await connection.WriteAsync(Encoding.Latin1.GetBytes(says), Token);

        ConnectionRefused refused = await rig.Told<ConnectionRefused>(_ => true);

        Assert.Equal(("payments:80", protocol, null), (refused.Target, refused.Protocol, refused.OpaqueHost));
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Serve_ClientThatDoesNotTrust_IsTold(SslProtocols protocols)
    {
        await using StandInRig rig = await Started(Call("a", "GET /a", "one"));
        await using SslStream client = new(await rig.Connect());

        await Assert.ThrowsAsync<AuthenticationException>(() => client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = Host, EnabledSslProtocols = protocols }, Token));
        client.Close();

        ConnectionRefused refused = await rig.Told<ConnectionRefused>(_ => true);
        Assert.StartsWith("TLS in which nothing was said", refused.Protocol, StringComparison.Ordinal);
        Assert.Null(refused.OpaqueHost);
    }

    [Fact]
    public async Task Serve_HostThatNothingIsDeclaredFor_IsOpaque()
    {
        await using StandInRig rig = await Started();
        await using SslStream client = new(await rig.Connect());

        await Assert.ThrowsAnyAsync<Exception>(() => client.AuthenticateAsClientAsync(Trusting("bank.example"), Token));

        ConnectionRefused refused = await rig.Told<ConnectionRefused>(_ => true);
        Assert.Equal(("bank.example:80", "TLS", "bank.example:80"), (refused.Target, refused.Protocol, refused.OpaqueHost));
    }

    private static Task<StandInRig> Started(params RecordedCall[] calls) => StandInRig.Start(StandInRig.Plan(calls) with { Tls = Part });

    private static RecordedCall Call(string hop, string request, string answer) =>
        StandInRig.Recorded(hop, request, "", 200, Encoding.ASCII.GetBytes(answer), headers: [new("x-b", "1"), new("x-a", "2"), new("content-length", $"{answer.Length}")]);

    private static async Task<SslStream> Opened(StandInRig rig, params SslApplicationProtocol[] offered)
    {
        SslStream client = new(await rig.Connect());
        SslClientAuthenticationOptions options = Trusting();
        options.ApplicationProtocols = offered.Length == 0 ? null : [.. offered];
        await client.AuthenticateAsClientAsync(options, Token);
        return client;
    }

    private static SslClientAuthenticationOptions Trusting(string host = Host) => new()
    {
        TargetHost = host,
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { X509Certificate2.CreateFromPem(Part.CertificatePem) },
            RevocationMode = X509RevocationMode.NoCheck,
        },
    };

    private static byte[] Request(string path) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {Host}\r\ncontent-type: application/json\r\ntraceparent: {StandInRig.TraceParent("web-1")}\r\n\r\n");

    private static async Task<string> Ask(SslStream connection, string path)
    {
        await connection.WriteAsync(Request(path), Token);
        byte[] buffer = new byte[4096];
        int count = 0;
        // The answer is known to end with its three bytes.
        while (!Encoding.ASCII.GetString(buffer, 0, count).Contains("\r\n\r\n", StringComparison.Ordinal) || buffer[count - 1] == '\n')
            count += await connection.ReadAsync(buffer.AsMemory(count), Token) is var read and > 0 ? read : throw new SocketException((int)SocketError.ConnectionReset);
        return Encoding.ASCII.GetString(buffer, 0, count);
    }
}
