using Loop.EnvoyConfig.Templates;

namespace Loop.EnvoyConfig;

/// <summary>Makes a complete bootstrap of a proxy's description. Pure: the same description gives the same text.</summary>
public static class EnvoyConfigGenerator
{
    /// <summary>The bootstrap as YAML.</summary>
    /// <exception cref="EnvoyConfigInvalidException">The description has faults; all of them are named.</exception>
    public static string Bootstrap(EnvoyProxyConfig config)
    {
        EnvoyProxyConfigValidator.ThrowIfInvalid(config);
        return $$"""
            node: {id: {{Yaml.Quote(config.Instance ?? config.Service)}}, cluster: {{Yaml.Quote(config.Service)}}}
            # Whoever reaches this listener controls the proxy: loopback only.
            admin:
              address: {{Yaml.Socket(EnvoyAddress.Loopback(config.AdminPort))}}
            static_resources:
            {{Yaml.Indent(Yaml.KeyedList("listeners", config.Listeners.Select(listener => ListenerTemplate.Listener(config, listener))) + Clusters(config), 2)}}

            """;
    }

    /// <summary>True when the proxy speaks to a capture node by itself.</summary>
    internal static bool NeedsCollector(EnvoyProxyConfig config) => config.Capture is CaptureKind.ExtProc || config.AccessLog;

    private static string Clusters(EnvoyProxyConfig config)
    {
        List<string> clusters = [.. config.Listeners.SelectMany(l => l.Routes.Select(route => ServiceClusterTemplate.Cluster(config, l, route)))];
        if (NeedsCollector(config))
            clusters.Add(CollectorClusterTemplate.Cluster(config.Collector));
        if (config.Tracing)
            clusters.Add(TracingTemplate.Cluster());
        return Yaml.KeyedList("clusters", clusters);
    }
}
