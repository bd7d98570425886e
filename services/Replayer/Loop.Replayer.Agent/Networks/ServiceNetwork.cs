using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Loop.Replayer.Agent.Linux;

namespace Loop.Replayer.Agent.Networks;

/// <summary>
/// The network namespace of one service. A thread of its own holds it: sockets and processes that are made on that thread live in the
/// namespace, and may be used from everywhere afterwards.
/// </summary>
internal sealed class ServiceNetwork : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

    private readonly bool _isOwn;

    private ServiceNetwork(string service, bool isOwn)
    {
        Service = service;
        _isOwn = isOwn;
    }

    /// <summary>The service that lives here.</summary>
    public string Service { get; }

    /// <summary>Whether the namespace speaks IPv6.</summary>
    public bool HasIpv6 { get; private set; }

    /// <summary>Makes a namespace with nothing but <c>lo</c>; without seal it is the host's.</summary>
    public static async Task<ServiceNetwork> Create(string service, bool isOwn)
    {
        ServiceNetwork network = new(service, isOwn);
        TaskCompletionSource made = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread thread = new(() => network.Live(made)) { IsBackground = true, Name = "network " + service };
        thread.Start();
        await made.Task;
        return network;
    }

    /// <summary>Runs something inside the namespace.</summary>
    public Task<T> Run<T>(Func<T> function)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(function());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        return done.Task;
    }

    /// <summary>A listening socket inside the namespace.</summary>
    public Task<Socket> Listen(IPEndPoint endpoint) => Run(() =>
    {
        Socket socket = new(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endpoint);
            socket.Listen(1024);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    });

    /// <summary>A UDP socket inside the namespace.</summary>
    public Task<Socket> BindUdp(IPEndPoint endpoint) => Run(() =>
    {
        Socket socket = new(endpoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(endpoint);
        return socket;
    });

    /// <summary>Connects to a port on which the service listens, over loopback.</summary>
    public async Task<Socket> Connect(int port, CancellationToken cancellationToken)
    {
        try
        {
            return await Connect(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
        }
        catch (SocketException error) when (HasIpv6 && error.SocketErrorCode is SocketError.ConnectionRefused)
        {
            return await Connect(new IPEndPoint(IPAddress.IPv6Loopback, port), cancellationToken);
        }
    }

    public void Dispose() => _work.CompleteAdding();

    private async Task<Socket> Connect(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        Socket socket = await Run(() => new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Live(TaskCompletionSource made)
    {
        try
        {
            if (_isOwn)
            {
                Native.Check(Native.unshare(Native.CloneNewNet), "make a network namespace");
                HasIpv6 = LoopbackLink.Raise();
            }

            made.SetResult();
        }
        catch (Exception error)
        {
            made.SetException(error);
            return;
        }

        foreach (Action action in _work.GetConsumingEnumerable())
            action();
    }
}
