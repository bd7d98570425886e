using Loop.EnvoyConfig.Templates;

namespace Loop.EnvoyConfig;

/// <summary>The parts that somebody who has an Envoy configuration already adds to it.</summary>
public static class EnvoySnippets
{
    /// <summary>What <see cref="For"/> knows.</summary>
    public static IReadOnlyList<string> Platforms { get; } = ["envoy"];

    /// <summary>The parts for one direction, in the order in which one pastes them.</summary>
    /// <exception cref="EnvoyConfigInvalidException">The platform is not known or the description has faults.</exception>
    public static IReadOnlyList<EnvoySnippet> For(string platform, EnvoyProxyConfig config, ListenerDirection direction)
    {
        if (!Platforms.Contains(platform))
            throw new EnvoyConfigInvalidException([$"platform '{platform}' is not known, known are: {string.Join(", ", Platforms)}"]);
        EnvoyProxyConfigValidator.ThrowIfInvalid(config);
        return [.. Parts(config, direction.ToString().ToLowerInvariant())];
    }

    private static IEnumerable<EnvoySnippet> Parts(EnvoyProxyConfig config, string direction)
    {
        const string filterPlace = "into http_filters of the connection manager, right before envoy.filters.http.router";
        if (config.Capture is CaptureKind.ExtProc)
            yield return new EnvoySnippet($"capture filter, {direction}", filterPlace, Yaml.Item(ExtProcTemplate.Filter(config, direction, attempts: false)));
        if (config.Capture is CaptureKind.TapFiles)
            yield return new EnvoySnippet($"tap filter, {direction}", filterPlace, Yaml.Item(TapTemplate.Files(config, direction)));
        if (config.Capture is CaptureKind.AdminTap)
        {
            yield return new EnvoySnippet($"tap filter, {direction}", filterPlace, Yaml.Item(TapTemplate.Admin()));
            yield return new EnvoySnippet("tap request", "as the body of POST /tap at the admin listener; a capture node sends it by itself", TapTemplate.AdminRequest(config));
        }

        if (config.AccessLog)
            yield return new EnvoySnippet($"access log, {direction}", "into access_log of the connection manager", Yaml.Item(AccessLogTemplate.Log(config, direction)));
        if (EnvoyConfigGenerator.NeedsCollector(config))
            yield return new EnvoySnippet("collector", "into clusters, once", Yaml.Item(CollectorClusterTemplate.Cluster(config.Collector)));
    }
}

/// <summary>One part of a configuration.</summary>
/// <param name="Title">What it is.</param>
/// <param name="Place">Where it goes.</param>
/// <param name="Yaml">The part itself.</param>
public sealed record EnvoySnippet(string Title, string Place, string Yaml)
{
    /// <summary>The part below a comment that says where it goes.</summary>
    public override string ToString() => $"# {Title}: {Place}\n{Yaml}\n";
}
