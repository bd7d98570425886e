using System.Net;
using System.Net.Sockets;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Networks;

/// <summary>All namespaces of one sandbox with what the agent holds in them: name servers, listeners, fences.</summary>
internal sealed class SandboxNetworks(SandboxPlan plan, NameTable names, RefusedTraffic refused, Action<SandboxObservation> observe) : ISandboxNetwork, IAsyncDisposable
{
    // Above the range of ports that the kernel hands out by itself, and where services rarely listen.
    private const int HighestRedirectPort = 65023;
    private readonly Dictionary<string, ServiceNetwork> _networks = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Socket> _sockets = [];

    /// <summary>The port of each namespace to which calls are redirected.</summary>
    public int RedirectPort { get; } = FreePort(plan);

    public ServiceNetwork Of(string service) => _networks[service];

    /// <summary>Ports on which the agent itself listens in a service's namespace.</summary>
    public IReadOnlySet<IPEndPoint> AgentEndpoints(SandboxService service) =>
        new HashSet<IPEndPoint>(Loopback(service)) { new(IPAddress.Loopback, RedirectPort), new(IPAddress.IPv6Loopback, RedirectPort) };

    /// <summary>Makes a namespace per service. Nothing can leave any of them once this has returned.</summary>
    public async Task Open(ICallHandler handler, CancellationToken cancellationToken)
    {
        foreach (SandboxService service in plan.Services)
        {
            ServiceNetwork network = await ServiceNetwork.Create(service.Name);
            _networks.Add(service.Name, network);
            await network.Run(() =>
            {
                Fence.Load(RedirectPort, network.HasIpv6);
                new RefusedPackets(service.Name, refused).Start();
                return true;
            });
            CallRouter router = new(service.Name, plan, names, refused, this, handler, observe);
            NameServer nameServer = new(service.Name, names, refused);
            foreach (IPAddress loopback in network.HasIpv6 ? new[] { IPAddress.Loopback, IPAddress.IPv6Loopback } : [IPAddress.Loopback])
            {
                _ = router.Accept(Keep(await network.Listen(new IPEndPoint(loopback, RedirectPort))), isRedirect: true, cancellationToken);
                _ = nameServer.Serve(Keep(await network.BindUdp(new IPEndPoint(loopback, 53))), cancellationToken);
            }

            foreach (IPEndPoint endpoint in Loopback(service))
            {
                if (endpoint.Port == service.Port)
                    throw new SandboxException($"{endpoint} is recorded as an address that {service.Name} calls, but {service.Name} itself listens on port {service.Port}: take it out of the recorded addresses, or give the service another port.");
                _ = router.Accept(Keep(await network.Listen(endpoint)), isRedirect: false, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public Task<Socket> Connect(string service, int port, CancellationToken cancellationToken) =>
        _networks.TryGetValue(service, out ServiceNetwork? network) && port != RedirectPort
            ? network.Connect(port, cancellationToken)
            : throw new SocketException((int)SocketError.HostNotFound);

    public ValueTask DisposeAsync()
    {
        foreach (Socket socket in _sockets)
            socket.Dispose();
        foreach (ServiceNetwork network in _networks.Values)
            network.Dispose();
        return ValueTask.CompletedTask;
    }

    private static IEnumerable<IPEndPoint> Loopback(SandboxService service) => service.RecordedLoopback.Select(text =>
        IPEndPoint.TryParse(text, out IPEndPoint? endpoint) && IPAddress.IsLoopback(endpoint.Address) && endpoint.Port > 0
            ? endpoint
            : throw new SandboxException($"'{text}' of {service.Name} is no loopback address with a port."));

    private static int FreePort(SandboxPlan plan)
    {
        int port = HighestRedirectPort;
        while (plan.Services.Any(service => service.Port == port || service.Addresses.Any(address => address.ListeningPort == port)))
            port--;
        return port;
    }

    private Socket Keep(Socket socket)
    {
        _sockets.Add(socket);
        return socket;
    }
}
