using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Sandbox.Tests.StandIns.Adversarial;

/// <summary>A live service that serves each request for as long as the test wants: hops are in flight, and end, at will.</summary>
internal sealed class HeldService : ISandboxNetwork, IDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Socket>> _held = new();

    /// <summary>Drives one hop after the other of the service.</summary>
    public static StandInPlan Plan(params IReadOnlyList<RecordedCall> calls) => StandInRig.Plan(calls) with
    {
        Drives = [.. calls.Select(call => call.CallerHopId).Distinct().Select(hop => new Drive(hop, hop, "web", 80, Request(hop), TimeSpan.FromMinutes(10)))],
    };

    /// <summary>Returns once the service serves the hop.</summary>
    public async Task Begin(StandInRig rig, string hop)
    {
        await rig.Drive(hop);
        await Held(hop).Task;
    }

    /// <summary>Returns once the hop has ended.</summary>
    public async Task End(StandInRig rig, string hop)
    {
        using Socket socket = await Held(hop).Task;
        await socket.SendAsync("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"u8.ToArray());
        await rig.Told<DriveAnswered>(drive => drive.HopId == hop);
    }

    public async Task<Socket> Connect(string service, int port, CancellationToken cancellationToken)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Socket near = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await near.ConnectAsync(listener.LocalEndpoint, cancellationToken);
        Socket far = await listener.AcceptSocketAsync(cancellationToken);
        _ = Read(far, cancellationToken);
        return near;
    }

    public void Dispose()
    {
        foreach (TaskCompletionSource<Socket> held in _held.Values.Where(held => held.Task.IsCompletedSuccessfully))
            held.Task.Result.Dispose();
    }

    private static WireRequest Request(string hop) => new() { Method = "GET", Path = $"/{hop}", Authority = "web", UsesHttp2 = false, Headers = [], Adjustments = [] };

    private async Task Read(Socket socket, CancellationToken cancellationToken)
    {
        StringBuilder head = new();
        byte[] buffer = new byte[4096];
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            int count = await socket.ReceiveAsync(buffer, cancellationToken);
            Assert.NotEqual(0, count);
            head.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        Held(head.ToString().Split(' ')[1][1..]).SetResult(socket);
    }

    private TaskCompletionSource<Socket> Held(string hop) => _held.GetOrAdd(hop, _ => new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously));
}
