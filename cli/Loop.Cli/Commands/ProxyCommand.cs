using System.CommandLine;
using System.Net;
using Loop.Cli.Proxy;

namespace Loop.Cli.Commands;

/// <summary><c>loopctl proxy</c>: records a service's traffic where there is no Envoy.</summary>
internal static class ProxyCommand
{
    private static readonly Uri DefaultCollector = new("http://127.0.0.1:5678");

    public static Command Create(CommandScope scope)
    {
        Option<string> listen = new("--listen") { Description = "Where to listen; :8080 is loopback only, 0.0.0.0:8080 everywhere", HelpName = "[HOST]:PORT", Required = true };
        Option<string?> to = new("--to") { Description = "The service to forward to", HelpName = "URL" };
        Option<string[]> route = new("--route") { Description = "Forward requests whose Host is NAME to URL; may be repeated", HelpName = "NAME=URL" };
        Option<string> service = new("--service") { Description = "Name of the service beside the proxy", HelpName = "NAME", Required = true };
        Option<string> direction = new("--direction") { Description = "Side of the service", DefaultValueFactory = _ => "inbound" };
        direction.AcceptOnlyFromAmong("inbound", "outbound", "edge");
        Option<string?> collector = new("--collector") { Description = $"The capture node; {DefaultCollector} unless told otherwise", HelpName = "URL" };
        Option<string?> namespaceName = new("--namespace") { Description = "Namespace of the service", HelpName = "NAME" };
        Option<string?> instance = new("--instance") { Description = "Which copy of the service, where several run on one machine; the same for its inbound and outbound proxy", HelpName = "NAME" };
        Option<string> upstream = new("--upstream-protocol") { Description = "HTTP version spoken to the service; same speaks what the caller speaks", DefaultValueFactory = _ => "same" };
        upstream.AcceptOnlyFromAmong("same", "http1", "http2");
        Option<double?> timeout = new("--timeout") { Description = "Longest wait for an answer to begin; none unless told otherwise", HelpName = "SECONDS" };
        var command = new Command("proxy", "Record a service without an Envoy: a transparent proxy that reports to a capture node")
        {
            listen, to, route, service, direction, collector, namespaceName, instance, upstream, timeout,
        };
        command.SetAction((result, cancellationToken) => scope.Guard(
            () =>
            {
                IPEndPoint address = ProxyArguments.Listen(result.GetRequiredValue(listen));
                var options = new ProxyOptions
                {
                    Listen = address,
                    Routes = ProxyArguments.Routes(result.GetValue(to), result.GetValue(route) ?? []),
                    Service = ProxyArguments.Name("--service", result.GetRequiredValue(service)),
                    Direction = Enum.Parse<ProxyDirection>(result.GetRequiredValue(direction), ignoreCase: true),
                    Namespace = result.GetValue(namespaceName) is { } name ? ProxyArguments.Name("--namespace", name) : null,
                    Instance = result.GetValue(instance) is { } named ? ProxyArguments.Name("--instance", named) : null,
                    Collector = result.GetValue(collector) is { } url ? ProxyArguments.Url("--collector", url) : DefaultCollector,
                    UpstreamVersion = result.GetRequiredValue(upstream) switch { "http1" => HttpVersion.Version11, "http2" => HttpVersion.Version20, _ => null },
                    ResponseTimeout = ProxyArguments.Timeout(result.GetValue(timeout)),
                };
                return Run(scope, options, cancellationToken);
            },
            cancellationToken));
        return command;
    }

    private static async Task<int> Run(CommandScope scope, ProxyOptions options, CancellationToken cancellationToken)
    {
        await using ProxyServer server = await ProxyServer.Start(options, scope.Context.Error, scope.Context.Time, cancellationToken);
        await scope.Context.Error.WriteLineAsync($"loopctl proxy: {options.Service} ({options.Direction.ToString().ToLowerInvariant()}) listens on {server.Address}, reports to {options.Collector}");
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, scope.Context.Time, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how a proxy ends well.
        }

        return ExitCodes.Success;
    }
}
