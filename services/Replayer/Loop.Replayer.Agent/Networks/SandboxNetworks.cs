using System.Net;
using System.Net.Sockets;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Agent.Dependencies;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Networks;

/// <summary>All namespaces of one sandbox with what the agent holds in them: name servers, listeners, fences.</summary>
internal sealed class SandboxNetworks(SandboxPlan plan, bool isSealed, NameTable names, RefusedTraffic refused, DependencyReach reach, Action<SandboxObservation> observe) : ISandboxNetwork, IAsyncDisposable
{
    // Above the range of ports that the kernel hands out by itself, and where services rarely listen.
    private const int HighestRedirectPort = 65023;
    private readonly Dictionary<string, ServiceNetwork> _networks = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(string Service, string Host, int Port), string> _offers = [];
    private readonly List<Socket> _sockets = [];

    /// <summary>The port of each namespace to which calls are redirected.</summary>
    public int RedirectPort { get; } = FreePort(plan);

    /// <summary>Where dependencies listen.</summary>
    public DependencyPorts DependencyPorts { get; } = new(plan, isSealed);

    public ServiceNetwork Of(string service) => _networks[service];

    /// <summary>Ports in a service's namespace on which not the service listens, but the agent or a dependency.</summary>
    public IReadOnlySet<IPEndPoint> ForeignEndpoints(SandboxService service) => new HashSet<IPEndPoint>(
    [
        .. Loopback(service), .. Dialled(service),
        .. plan.Dependencies.Where(dependency => dependency.Service == service.Name).Select(dependency => new IPEndPoint(IPAddress.Loopback, DependencyPorts.Of(dependency))),
        new(IPAddress.Loopback, RedirectPort), new(IPAddress.IPv6Loopback, RedirectPort),
    ]);

    /// <summary>Those of <see cref="ForeignEndpoints"/> that the plan names.</summary>
    public IEnumerable<IPEndPoint> TakenBesides(SandboxService service) => ForeignEndpoints(service).Where(endpoint => endpoint.Port != RedirectPort);

    /// <summary>Makes a namespace per service. Nothing can leave any of them once this has returned.</summary>
    public async Task Open(ICallHandler handler, CancellationToken cancellationToken)
    {
        CallRoutes routes = new(plan, DependencyPorts, reach);
        foreach (SandboxService service in plan.Services)
        {
            ServiceNetwork network = await ServiceNetwork.Create(service.Name, isSealed);
            _networks.Add(service.Name, network);
            CallRouter router = new(service.Name, routes, names, refused, this, handler, observe);
            if (isSealed)
                await Seal(service, network, router, cancellationToken);
            foreach (IPEndPoint endpoint in Dialled(service).Where(endpoint => network.HasIpv6 || endpoint.AddressFamily is AddressFamily.InterNetwork))
                await ListenFor(service, endpoint, network, router, cancellationToken);
            foreach ((string host, int port) in CallTemplate.Find(service))
                await Offer(service, host, port, router, cancellationToken);
        }
    }

    /// <summary>A service's environment with its <see cref="CallTemplate"/>s filled in.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentOf(SandboxService service) =>
        service.Environment.ToDictionary(entry => entry.Key, entry => CallTemplate.Fill(entry.Value, (host, port) => _offers[(service.Name, host, port)]));

    private async Task Seal(SandboxService service, ServiceNetwork network, CallRouter router, CancellationToken cancellationToken)
    {
        await network.Run(() =>
        {
            Fence.Load(RedirectPort, network.HasIpv6);
            new RefusedPackets(service.Name, refused, DependencyPorts.All).Start();
            return true;
        });
        NameServer nameServer = new(service.Name, names, refused);
        foreach (IPAddress loopback in network.HasIpv6 ? new[] { IPAddress.Loopback, IPAddress.IPv6Loopback } : [IPAddress.Loopback])
        {
            _ = router.Accept(Keep(await network.Listen(new IPEndPoint(loopback, RedirectPort))), OriginalDestination.Of, cancellationToken);
            _ = nameServer.Serve(Keep(await network.BindUdp(new IPEndPoint(loopback, 53))), cancellationToken);
        }

        foreach (IPEndPoint endpoint in Loopback(service).Except(Dialled(service)))
        {
            if (endpoint.Port == service.Port)
                throw new SandboxException($"{endpoint} is recorded as an address that {service.Name} calls, but {service.Name} itself listens on port {service.Port}: take it out of the recorded addresses, or give the service another port.");
            _ = router.Accept(Keep(await network.Listen(endpoint)), _ => endpoint, cancellationToken);
        }
    }

    private async Task ListenFor(SandboxService service, IPEndPoint endpoint, ServiceNetwork network, CallRouter router, CancellationToken cancellationToken)
    {
        try
        {
            _ = router.Accept(Keep(await network.Listen(endpoint)), _ => endpoint, cancellationToken);
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.AddressAlreadyInUse && !isSealed)
        {
            throw new SandboxException($"{endpoint}, where {service.Name} dials a dependency, is taken on this machine, and without network namespaces there is no other: end the program that listens there, or give the dependency another port.", error);
        }
    }

    // Sealed, a service calls the recorded name itself; else it is given a port of the agent that stands for this caller, name and port.
    private async Task Offer(SandboxService service, string host, int port, CallRouter router, CancellationToken cancellationToken)
    {
        if (names.Find(host) is not { } address)
            throw new SandboxException($"The environment of {service.Name} asks for {host}:{port}, a host that is not recorded.");
        string offered = $"{host}:{port}";
        if (!isSealed)
        {
            Socket listener = Keep(await Of(service.Name).Listen(new IPEndPoint(IPAddress.Loopback, 0)));
            IPEndPoint destination = new(address, port);
            _ = router.Accept(listener, _ => destination, cancellationToken);
            offered = listener.LocalEndPoint!.ToString()!;
        }

        _offers[(service.Name, host, port)] = offered;
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

    // Loopback addresses at which the service dials dependencies.
    private IEnumerable<IPEndPoint> Dialled(SandboxService service) =>
        from dependency in plan.Dependencies
        where dependency.Service == service.Name
        from address in DependencyAddress.Loopback(dependency)
        select new IPEndPoint(address, dependency.Port);

    private static int FreePort(SandboxPlan plan)
    {
        int port = HighestRedirectPort;
        while (plan.Dependencies.Any(dependency => dependency.Port == port) || plan.Services.Any(service => service.Port == port || service.Addresses.Any(address => address.ListeningPort == port)))
            port--;
        return port;
    }

    private Socket Keep(Socket socket)
    {
        _sockets.Add(socket);
        return socket;
    }
}
