using System.CommandLine;
using Loop.EnvoyConfig;

namespace Loop.Cli;

/// <summary>Options of <c>loopctl envoy config</c> and how they become a proxy's description.</summary>
internal sealed class EnvoyConfigArguments
{
    private static readonly Dictionary<string, CaptureKind> Captures = new()
    {
        ["ext_proc"] = CaptureKind.ExtProc,
        ["tap-files"] = CaptureKind.TapFiles,
        ["admin-tap"] = CaptureKind.AdminTap,
        ["none"] = CaptureKind.None,
    };

    private readonly Option<string> _for = new("--for") { Description = "what the configuration is for: envoy", DefaultValueFactory = _ => "envoy" };
    private readonly Option<string> _service = new("--service", "-s") { Description = "the service beside the proxy", Required = true };
    private readonly Option<string?> _namespace = new("--namespace") { Description = "its namespace" };
    private readonly Option<string?> _instance = new("--instance") { Description = "which copy of it" };
    private readonly Option<string?> _inbound = new("--inbound") { Description = "LISTEN=APPLICATION: whole bootstrap with an inbound listener, for example 15006=8080" };
    private readonly Option<string?> _edge = new("--edge") { Description = "LISTEN=APPLICATION: whole bootstrap with an edge listener" };
    private readonly Option<string?> _outbound = new("--outbound") { Description = "LISTEN: whole bootstrap with an outbound listener; needs --route" };
    private readonly Option<string[]> _routes = new("--route") { Description = "AUTHORITY=HOST:PORT behind the outbound listener (repeatable)" };
    private readonly Option<string> _collector = new("--collector") { Description = "HOST:PORT of the capture node", DefaultValueFactory = _ => "127.0.0.1:5678" };
    private readonly Option<string> _capture = new("--capture") { Description = "ext_proc, tap-files, admin-tap or none", DefaultValueFactory = _ => "ext_proc" };
    private readonly Option<string?> _tapDirectory = new("--tap-directory") { Description = "existing directory for tap-files" };
    private readonly Option<bool> _attempts = new("--attempts") { Description = "show every attempt of retried calls" };
    private readonly Option<bool> _noAccessLog = new("--no-access-log") { Description = "leave the access log out" };
    private readonly Option<bool> _noTracing = new("--no-tracing") { Description = "leave the trace context alone" };
    private readonly Option<int> _admin = new("--admin-port") { Description = "port of Envoy's admin listener on loopback", DefaultValueFactory = _ => 9901 };
    private readonly Option<string> _direction = new("--direction") { Description = "inbound, outbound or edge: side of the parts when no whole bootstrap is asked for", DefaultValueFactory = _ => "inbound" };

    /// <summary>The verb <c>config</c>.</summary>
    public Command Command(Func<EnvoyConfigArguments, ParseResult, int> print)
    {
        Command command = new("config", "Print the parts to add to an Envoy configuration, or a whole bootstrap when a listener is named")
        {
            _for, _service, _namespace, _instance, _inbound, _edge, _outbound, _routes, _collector, _capture, _tapDirectory, _attempts, _noAccessLog, _noTracing, _admin, _direction,
        };
        command.SetAction(parsed => print(this, parsed));
        return command;
    }

    /// <summary>The proxy that the options describe.</summary>
    /// <exception cref="EnvoyConfigInvalidException">An option cannot be read.</exception>
    public EnvoyProxyConfig Read(ParseResult parsed) => new()
    {
        Service = parsed.GetRequiredValue(_service),
        Namespace = parsed.GetValue(_namespace),
        Instance = parsed.GetValue(_instance),
        Listeners = [.. Listeners(parsed)],
        Collector = Address("--collector", parsed.GetRequiredValue(_collector)),
        Capture = Captures.TryGetValue(parsed.GetRequiredValue(_capture), out CaptureKind capture)
            ? capture
            : throw Refused("--capture", parsed.GetRequiredValue(_capture), string.Join(", ", Captures.Keys)),
        TapDirectory = parsed.GetValue(_tapDirectory),
        CaptureAttempts = parsed.GetValue(_attempts),
        AccessLog = !parsed.GetValue(_noAccessLog),
        Tracing = !parsed.GetValue(_noTracing),
        AdminPort = parsed.GetValue(_admin),
    };

    /// <summary>The parts for somebody who has a configuration already.</summary>
    /// <exception cref="EnvoyConfigInvalidException">The platform or the direction is not known.</exception>
    public IReadOnlyList<EnvoySnippet> Snippets(ParseResult parsed, EnvoyProxyConfig config)
    {
        string direction = parsed.GetRequiredValue(_direction);
        return Enum.TryParse(direction, ignoreCase: true, out ListenerDirection side) && Enum.IsDefined(side)
            ? EnvoySnippets.For(parsed.GetRequiredValue(_for), config, side)
            : throw Refused("--direction", direction, "inbound, outbound, edge");
    }

    private IEnumerable<ListenerConfig> Listeners(ParseResult parsed)
    {
        string service = parsed.GetRequiredValue(_service);
        if (parsed.GetValue(_inbound) is { } inbound)
        {
            (string listen, string application) = Pair("--inbound", inbound);
            yield return ListenerConfig.Inbound(Address("--inbound", listen), service, Address("--inbound", application));
        }

        if (parsed.GetValue(_edge) is { } edge)
        {
            (string listen, string application) = Pair("--edge", edge);
            yield return ListenerConfig.Inbound(Address("--edge", listen), service, Address("--edge", application)) with { Direction = ListenerDirection.Edge };
        }

        if (parsed.GetValue(_outbound) is { } outbound)
        {
            IEnumerable<(string Authority, string Target)> routes = (parsed.GetValue(_routes) ?? []).Select(route => Pair("--route", route));
            yield return ListenerConfig.Outbound(
                Address("--outbound", outbound),
                [.. routes.Select(route => KeyValuePair.Create(route.Authority, Address("--route", route.Target)))]);
        }
    }

    private static (string Left, string Right) Pair(string option, string text) =>
        text.Split('=', 2) is [var left, var right] ? (left, right) : throw Refused(option, text, "two values with '=' between them");

    private static EnvoyAddress Address(string option, string text) =>
        EnvoyAddress.TryParse(text, out EnvoyAddress address) ? address : throw Refused(option, text, "HOST:PORT, a port, or http://HOST:PORT");

    private static EnvoyConfigInvalidException Refused(string option, string value, string expected) => new([$"{option} '{value}' is not understood; expected: {expected}"]);
}
