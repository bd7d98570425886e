using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Agent.StandIns;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Sandbox.Tests.StandIns;

/// <summary>The stand-ins of a run on connections of this process, without the sandbox around them.</summary>
internal sealed class StandInRig : IAsyncDisposable
{
    /// <summary>A network in which nobody listens.</summary>
    public static readonly ISandboxNetwork Nowhere = new NoNetwork();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentQueue<ServedCall> _served = new();
    private readonly ConcurrentQueue<RunFact> _facts = new();
    private StandInServer _server = null!;
    private Task _accepting = Task.CompletedTask;

    /// <summary>What was told so far; a call is told before its client has the end of its answer, or soon after.</summary>
    public async Task<IReadOnlyList<ServedCall>> Served(int count)
    {
        while (_served.Count < count)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        return [.. _served];
    }

    /// <summary>Waits until this was told.</summary>
    public async Task<T> Told<T>(Func<T, bool> isIt)
        where T : RunFact
    {
        while (true)
        {
            if (_facts.OfType<T>().FirstOrDefault(isIt) is { } fact)
                return fact;
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Begins a drive of the plan.</summary>
    public Task Drive(string hop) => _server.Command($"drive {hop}", _ending.Token);

    public static Task<StandInRig> Start(params IReadOnlyList<RecordedCall> calls) => Start(Plan(calls), Nowhere);

    /// <summary>A plan in which each caller's hop has a trace of its own.</summary>
    public static StandInPlan Plan(params IReadOnlyList<RecordedCall> calls) =>
        new() { Calls = calls, Hops = calls.Select(call => call.CallerHopId).Distinct().ToDictionary(TraceOf, hop => hop) };

    public static Task<StandInRig> Start(StandInPlan plan, ISandboxNetwork? network = null)
    {
        StandInRig rig = new();
        void Tell(RunFact fact)
        {
            rig._facts.Enqueue(fact);
            if (fact is CallServed served)
                rig._served.Enqueue(served.Call);
        }

        rig._server = new StandInServer(new StandInCalls(plan, network ?? Nowhere, Tell, TimeProvider.System), plan.Tls, network ?? Nowhere, Tell, TimeProvider.System);
        rig._listener.Start();
        rig._accepting = rig.Accept();
        return Task.FromResult(rig);
    }

    /// <summary>A connection for what no client library would send.</summary>
    public async Task<NetworkStream> Connect()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(_listener.LocalEndpoint, TestContext.Current.CancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Names a hop in a request.</summary>
    public static string TraceParent(string hop) => $"00-{TraceOf(hop)["trace:".Length..]}-00000000000000ab-01";

    public HttpClient Client() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, _) => await Connect(),
        AutomaticDecompression = DecompressionMethods.None,
        AllowAutoRedirect = false,
        UseCookies = false,
        // A client that waits for it in earnest.
        Expect100ContinueTimeout = TimeSpan.FromMinutes(5),
        ActivityHeadersPropagator = null,
        ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        UseProxy = false,
    });

    /// <param name="hop">Hop that makes the call; null passes no trace context on.</param>
    public static HttpRequestMessage Request(string method, string target, string? hop, string? body = null, bool isHttp2 = false)
    {
        HttpRequestMessage request = new(new HttpMethod(method), new Uri($"http://payments{target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        request.Version = isHttp2 ? HttpVersion.Version20 : HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        if (hop is not null)
            request.Headers.Add("traceparent", TraceParent(hop));
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return request;
    }

    public static RecordedCall Recorded(
        string hop, string request, string body, int status, byte[] answer, string callerHop = "web-1", int at = 0, HeaderField[]? headers = null, HeaderField[]? trailers = null, ExchangeEnd end = ExchangeEnd.Complete)
    {
        string[] words = request.Split(' ');
        HeaderField[] sent = [new(":method", words[0]), new(":authority", "payments"), new(":path", words[1]), new("content-type", "application/json")];
        DateTimeOffset start = DateTimeOffset.UnixEpoch.AddMilliseconds(at);
        return new RecordedCall
        {
            HopId = hop,
            Label = $"payments {request} #{hop}",
            CallerHopId = callerHop,
            Caller = "web",
            Callee = "payments",
            Request = new Message(new HttpMessagePart { Headers = sent, Body = BodyInfo.Empty }, Encoding.UTF8.GetBytes(body)),
            StartedAt = start,
            EndedAt = start.AddMilliseconds(5),
            Answer = new Message(new HttpMessagePart { Headers = [new(":status", $"{status}"), .. headers ?? []], Trailers = trailers ?? [], Body = BodyInfo.Empty }, answer),
            End = end,
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _accepting;
        await _server.DisposeAsync();
        _ending.Dispose();
    }

    private static string TraceOf(string hop) => $"trace:{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(hop)))[..32]}";

    private async Task Accept()
    {
        try
        {
            while (true)
                _ = Serve(await _listener.AcceptSocketAsync(_ending.Token));
        }
        catch (Exception error) when (error is OperationCanceledException or InvalidOperationException or SocketException && _ending.IsCancellationRequested)
        {
            // The test ends: cancelled, or stopped within an accept or before the next one.
        }
    }

    private async Task Serve(Socket socket)
    {
        using Socket owned = socket;
        try
        {
            await _server.Handle(new OutgoingCall("web", new IPEndPoint(IPAddress.Loopback, 80), "payments", socket), _ending.Token);
        }
        catch (OperationCanceledException)
        {
            // The test ends.
        }
    }

    private sealed class NoNetwork : ISandboxNetwork
    {
        public Task<Socket> Connect(string service, int port, CancellationToken cancellationToken) => throw new SocketException((int)SocketError.HostNotFound);
    }
}
