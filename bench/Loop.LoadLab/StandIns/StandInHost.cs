using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Agent.StandIns;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Wire.Plans;

namespace Loop.LoadLab.StandIns;

/// <summary>The agent's stand-ins on a port of their own, without the sandbox around them: what is measured is matching, playing and telling.</summary>
internal static class StandInHost
{
    /// <summary>Recorded calls of one run: an answer that was given is never given again.</summary>
    public const int Calls = 150_000;

    /// <summary>The paths of the recorded calls, without their number.</summary>
    public static readonly string[] Prefixes = ["/warm/", "/call/"];

    /// <summary>Names the hop that makes the calls.</summary>
    public const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    /// <summary>Runs until it is asked to stop; says where it listens on its first line.</summary>
    public static async Task Run(int bodyBytes, CancellationToken cancellationToken)
    {
        NoNetwork network = new();
        // As the agent does: every call is told as a line of JSON. Where the line goes is not measured.
        void Tell(RunFact fact) => Stream.Null.Write(JsonSerializer.SerializeToUtf8Bytes(fact, RunJson.Options));
        StandInPlan plan = new() { Calls = Recorded(bodyBytes), Hops = new Dictionary<string, string> { [$"trace:{TraceParent.Split('-')[1]}"] = "web" } };
        await using StandInServer server = new(new StandInCalls(plan, network, Tell, TimeProvider.System), plan.Tls, network, Tell, TimeProvider.System);
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Console.WriteLine($"ready: port={((IPEndPoint)listener.LocalEndpoint).Port}");
        try
        {
            while (true)
                _ = Serve(server, await listener.AcceptSocketAsync(cancellationToken), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private static async Task Serve(StandInServer server, Socket socket, CancellationToken cancellationToken)
    {
        using Socket owned = socket;
        try
        {
            await server.Handle(new OutgoingCall("web", new IPEndPoint(IPAddress.Loopback, 80), "payments", socket), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private static RecordedCall[] Recorded(int bodyBytes)
    {
        HttpMessagePart part = new() { Headers = [new(":status", "200"), new("content-type", "application/json")], Body = BodyInfo.Empty };
        Message answer = new(part, BareServer.Body(bodyBytes));
        return [.. Prefixes.SelectMany(prefix => Enumerable.Range(1, Calls).Select(number => Recorded(string.Create(CultureInfo.InvariantCulture, $"{prefix}{number}"), number, answer)))];
    }

    private static RecordedCall Recorded(string path, int number, Message answer) => new()
    {
        HopId = path,
        Label = $"payments GET {path}",
        CallerHopId = "web",
        Caller = "web",
        Callee = "payments",
        Request = new Message(new HttpMessagePart { Headers = [new(":method", "GET"), new(":authority", "payments"), new(":path", path)], Body = BodyInfo.Empty }, ReadOnlyMemory<byte>.Empty),
        StartedAt = DateTimeOffset.UnixEpoch.AddSeconds(number),
        EndedAt = DateTimeOffset.UnixEpoch.AddSeconds(number + 0.5),
        Answer = answer,
        End = ExchangeEnd.Complete,
    };

    private sealed class NoNetwork : ISandboxNetwork
    {
        public Task<Socket> Connect(string service, int port, CancellationToken cancellationToken) => throw new SocketException((int)SocketError.HostNotFound);
    }
}
