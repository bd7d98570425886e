using System.Net;
using System.Net.Sockets;
using System.Text;
using Loop.Contracts.Api;
using Loop.Integration.Tests.Harness;
using Loop.Integration.Tests.Harness.Mesh;
using Xunit;

namespace Loop.Integration.Tests.Faults;

/// <summary>Everything that comes in at the ports of capture may be hostile: the process stays up, bounded, counts it, and keeps what it should.</summary>
public sealed class HostileInputTests : IAsyncLifetime
{
    private const long MiB = 1024 * 1024;
    private const long MostResident = (256 + 400) * MiB;

    private static readonly string[] Paths =
    [
        "/envoy.service.ext_proc.v3.ExternalProcessor/Process",
        "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs",
        "/envoy.service.tap.v3.TapSinkService/StreamTaps",
        "/envoy.service.tap.v3.TapService/ReportTap",
        "/grpc.health.v1.Health/Check",
        "/no.such.Service/Method",
    ];

    private readonly Random _random = new(20_260_101);
    private readonly List<IDisposable> _held = [];
    private readonly string _taps = Directory.CreateTempSubdirectory("loop-taps-").FullName;
    private LoopServer _server = null!;
    private LoopApi _api = null!;
    private int _tapPort;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _tapPort = IPEndPoint.Parse(RawDestination.Nobody()).Port;
        var settings = new Dictionary<string, string>(FastTimes.Environment)
        {
            ["Loop__Capture__TapHttpListen"] = $"127.0.0.1:{_tapPort}",
            ["Loop__Capture__TapFiles__0__Directory"] = _taps,
            ["Loop__Capture__TapFiles__0__GiveUpAfter"] = "00:00:01",
        };
        _server = await LoopServer.Start(environment: settings);
        _api = new LoopApi(_server.Http);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IDisposable held in _held)
            held.Dispose();
        _api.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_taps, recursive: true);
    }

    [Fact]
    public async Task Damaged_Frames_AreCountedAndHurtNobody()
    {
        await RandomBytes(_server.Capture!);
        foreach (string path in Paths)
        {
            await DamagedMessages(path);
            await Mutilated(path, "application/json");
        }

        await Http1OnTheGrpcPort();
        await AssertStillCapturing("malformed", "refused");
    }

    [Fact]
    public async Task HalfOpen_ConnectionsAndStreams_AreBoundedAndHurtNobody()
    {
        await SlowConnections(200);
        await HalfOpenStreams(connections: 4, streams: 1_500);
        await HugeClaims(connections: 20);
        await AssertStillCapturing();
    }

    [Fact]
    public async Task Hostile_TapFilesAndPosts_AreRejectedAndHurtNobody()
    {
        File.WriteAllText(Path.Combine(_taps, "deep.json"), "{\"httpBufferedTrace\":" + new string('[', 200_000));
        File.WriteAllText(Path.Combine(_taps, "deep-known.json"), "{\"httpBufferedTrace\":" + string.Concat(Enumerable.Repeat("{\"request\":", 50_000)));
        File.WriteAllBytes(Path.Combine(_taps, "random.pb"), Noise(100_000));
        File.WriteAllBytes(Path.Combine(_taps, "claims.pb_length_delimited"), [0xFF, 0xFF, 0xFF, 0xFF, 0x07, 1, 2, 3]);
        File.WriteAllBytes(Path.Combine(_taps, "empty.pb"), []);
        using (FileStream sparse = File.Create(Path.Combine(_taps, "huge.json")))
            sparse.SetLength(100 * MiB);
        await HostilePosts();
        await AssertStillCapturing("malformed", "refused");
    }

    private static byte[] GrpcFrame(byte flag, uint claimed, byte[] bytes) => [flag, (byte)(claimed >> 24), (byte)(claimed >> 16), (byte)(claimed >> 8), (byte)claimed, .. bytes];

    // A google.protobuf.Struct in a Struct in a Struct…, in the attributes of an ext_proc message: a reader that recurses overflows its stack, which ends a process.
    private static byte[] DeepAttributes(int depth)
    {
        byte[] inner = [];
        for (int level = 0; level < depth; level++)
        {
            byte[] value = [.. Tagged(5, inner)];
            byte[] entry = [.. Tagged(1, "k"u8.ToArray()), .. Tagged(2, value)];
            inner = Tagged(1, entry);
        }

        byte[] attributes = [.. Tagged(1, "envoy.filters.http.ext_proc"u8.ToArray()), .. Tagged(2, inner)];
        return [.. Tagged(2, []), .. Tagged(9, attributes)];
    }

    private static byte[] Tagged(int field, byte[] bytes)
    {
        var head = new List<byte> { (byte)(field << 3 | 2) };
        int length = bytes.Length;
        for (; length > 127; length >>= 7)
            head.Add((byte)(length & 127 | 128));
        head.Add((byte)length);
        return [.. head, .. bytes];
    }

    private async Task AssertStillCapturing(params string[] counted)
    {
        SystemStatus status = await _api.StatusUntil(
            status => status.Ready && counted.All(name => status.Nodes[0].Counts.GetValueOrDefault(name) > 0), $"ready, and counts of {string.Join(", ", counted)}", Cancellation);
        Assert.Equal(0, status.Nodes[0].Counts.GetValueOrDefault("faults"));
        using var mesh = new FakeMesh(_server.Capture!, Cancellation);
        FakeConversation failing = await mesh.Send(4, FakeOutcome.Failed);
        Assert.True(failing.IsTaken);
        ConversationSummary kept = (await _api.ListUntil(list => list.Any(one => one.TraceKey == $"trace:{failing.TraceId}" && one.Hops == 4), "the failing conversation", Cancellation))
            .Single(one => one.TraceKey == $"trace:{failing.TraceId}");
        Assert.Equal(failing.RequestBody(0), await _api.Body(kept.Id, "1", "request", Cancellation));
        long peak = ProcessMemory.Peak(_server.ProcessId);
        TestContext.Current.TestOutputHelper?.WriteLine($"peak {peak / MiB} MiB; {string.Join(", ", status.Nodes[0].Counts)}");
        Assert.InRange(peak, 0, MostResident);
        Assert.Empty(_server.Errors);
    }

    private async Task RandomBytes(IPEndPoint port)
    {
        for (int connection = 0; connection < 30; connection++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(port);
            byte[] preface = connection % 2 == 0 ? [] : "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();
            await Try(async () => await socket.SendAsync((byte[])[.. preface, .. Noise(50_000)]));
        }
    }

    private async Task DamagedMessages(string path)
    {
        byte[][] messages =
        [
            GrpcFrame(0, 1_000, Noise(1_000)),
            GrpcFrame(1, 1_000, Noise(1_000)),
            GrpcFrame(200, 1_000, Noise(1_000)),
            GrpcFrame(0, 100 * (uint)MiB, Noise(16_000)),
            GrpcFrame(0, uint.MaxValue, Noise(100)),
            GrpcFrame(0, 5_000, Noise(10)),
            [0, 0],
            GrpcFrame(0, 6, [0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]),
        ];
        foreach (byte[] message in messages)
        {
            RawHttp2 connection = await Connect();
            await Try(async () => await connection.Send(await connection.Open(path), message));
            RawHttp2 lying = await Connect();
            await Try(async () => await lying.SendLie(await lying.Open(path), 16_000_000, Noise(1_000)));
        }

        byte[] deep = DeepAttributes(2_000);
        RawHttp2 last = await Connect();
        int stream = await last.Open(path);
        byte[] framed = GrpcFrame(0, (uint)deep.Length, deep);
        for (int offset = 0; offset < framed.Length; offset += 16_000)
            await Try(() => last.Send(stream, framed[offset..Math.Min(offset + 16_000, framed.Length)]));
    }

    private async Task Mutilated(string path, string contentType)
    {
        RawHttp2 connection = await Connect();
        await Try(async () => await connection.Send(await connection.Open(path, contentType), Noise(100)));
    }

    private async Task Http1OnTheGrpcPort()
    {
        using var http = new HttpClient();
        using HttpResponseMessage answer = await http.GetAsync(new Uri($"http://{_server.Capture}/"), Cancellation);
        Assert.Equal(HttpStatusCode.HttpVersionNotSupported, answer.StatusCode);
        Assert.Contains("--http-listen", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    private async Task SlowConnections(int count)
    {
        foreach (IPEndPoint port in new[] { _server.Capture!, new IPEndPoint(IPAddress.Loopback, _tapPort), IPEndPoint.Parse(_server.Http.Authority) })
        {
            for (int connection = 0; connection < count; connection++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                _held.Add(socket);
                await socket.ConnectAsync(port);
                await socket.SendAsync("P"u8.ToArray());
            }
        }
    }

    private async Task HalfOpenStreams(int connections, int streams)
    {
        for (int number = 0; number < connections; number++)
        {
            RawHttp2 connection = await Connect();
            for (int stream = 0; stream < streams; stream++)
            {
                int opened = await connection.Open(Paths[stream % 4]);
                await connection.Send(opened, GrpcFrame(0, 1_000, Noise(20)));
            }
        }
    }

    // A claim costs nothing until its bytes come; then it is refused, since no message is as large.
    private async Task HugeClaims(int connections)
    {
        for (int number = 0; number < connections; number++)
        {
            RawHttp2 connection = await Connect();
            int stream = await connection.Open(Paths[number % 4]);
            await Try(() => connection.Send(stream, GrpcFrame(0, 100 * (uint)MiB, [])));
            for (int part = 0; part < 60; part++)
                await Try(() => connection.Send(stream, Noise(16_000)));
        }
    }

    private async Task HostilePosts()
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_tapPort}/") };
        foreach (byte[] body in new[] { Noise(10_000), Encoding.UTF8.GetBytes(new string('[', 100_000)) })
        {
            using var content = new ByteArrayContent(body);
            using HttpResponseMessage answer = await http.PostAsync("/", content, Cancellation);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent([]) };
        foreign.Headers.Add("origin", "http://example.com");
        using (HttpResponseMessage answer = await http.SendAsync(foreign, Cancellation))
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);

        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _tapPort);
        await Try(async () => await socket.SendAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nhost: loop\r\ncontent-length: {100 * MiB}\r\n\r\n")));
        byte[] part = Noise(64 * 1024);
        for (int sent = 0; sent < 20 * MiB; sent += part.Length)
            await Try(async () => await socket.SendAsync(part));
    }

    // Held to the end: a close with bytes unread would reset the connection, and the server might never see the attack.
    private async Task<RawHttp2> Connect()
    {
        RawHttp2 connection = await RawHttp2.Connect(_server.Capture!);
        _held.Add(connection);
        return connection;
    }

    private byte[] Noise(int length)
    {
        byte[] noise = new byte[length];
        _random.NextBytes(noise);
        return noise;
    }

    // Being thrown out in the middle of an attack is what the server should do.
    private static async Task Try(Func<Task> attack)
    {
        try
        {
            await attack();
        }
        catch (SocketException)
        {
        }
    }
}
