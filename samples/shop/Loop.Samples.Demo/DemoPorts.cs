using Loop.EnvoyConfig.Running;

namespace Loop.Samples.Demo;

/// <summary>Where everything listens, on 127.0.0.1.</summary>
/// <param name="Capture">Loop's capture port.</param>
/// <param name="Http">Loop's API.</param>
/// <param name="Services">The shop behind its proxies, by service.</param>
/// <param name="Sandbox">A copy of the shop without proxies, by service.</param>
/// <param name="FixedSandbox">A copy without bugs.</param>
public sealed record DemoPorts(int Capture, int Http, IReadOnlyDictionary<string, ServicePorts> Services, IReadOnlyDictionary<string, int> Sandbox, IReadOnlyDictionary<string, int> FixedSandbox)
{
    /// <summary>Port of the shop's entry unless told otherwise.</summary>
    public const int UsualBase = 9080;

    /// <summary>Loop's capture port unless told otherwise.</summary>
    public const int UsualCapture = 5678;

    /// <summary>Loop's API port unless told otherwise.</summary>
    public const int UsualHttp = 5680;

    private static readonly string[] Names = ["web", "payments", "recommendations", "history"];

    /// <summary>The same ports every time; refuses when one is taken.</summary>
    /// <exception cref="DemoFailedException">Names the ports that are taken.</exception>
    public static DemoPorts Usual(int basePort, int capturePort, int httpPort)
    {
        int next = basePort;
        DemoPorts ports = Assign(capturePort, httpPort, () => next++);
        int[] taken = [.. ports.All.Where(port => !FreePorts.IsFree(port))];
        return taken.Length == 0
            ? ports
            : throw new DemoFailedException($"port {string.Join(", ", taken)} is in use: end what listens there, or choose others with --base-port, --capture-port and --http-port, or --free-ports");
    }

    /// <summary>Ports that nobody uses now.</summary>
    public static DemoPorts Free() => Assign(FreePorts.Take(), FreePorts.Take(), FreePorts.Take);

    /// <summary>Every one of them.</summary>
    public IEnumerable<int> All => [Capture, Http, .. Services.Values.SelectMany(s => new[] { s.Inbound, s.Outbound, s.Application }), .. Sandbox.Values, .. FixedSandbox.Values];

    private static DemoPorts Assign(int capture, int http, Func<int> next)
    {
        Dictionary<string, ServicePorts> services = Names.ToDictionary(name => name, _ => new ServicePorts(next(), next(), next()));
        return new DemoPorts(capture, http, services, Names.ToDictionary(name => name, _ => next()), Names.ToDictionary(name => name, _ => next()));
    }
}

/// <summary>Ports of one service: what callers reach, what it calls through, and its own.</summary>
public sealed record ServicePorts(int Inbound, int Outbound, int Application);
