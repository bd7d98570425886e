using System.Text.RegularExpressions;

namespace Loop.EnvoyConfig;

/// <summary>Finds everything that would make Envoy refuse, or quietly ignore, a configuration.</summary>
internal static partial class EnvoyProxyConfigValidator
{
    private const int AttemptsMax = 10;

    public static void ThrowIfInvalid(EnvoyProxyConfig config)
    {
        List<string> faults = [.. Faults(config)];
        if (faults.Count > 0)
            throw new EnvoyConfigInvalidException(faults);
    }

    private static IEnumerable<string> Faults(EnvoyProxyConfig config)
    {
        foreach ((string what, string? name) in new[] { ("service", config.Service), ("namespace", config.Namespace), ("instance", config.Instance) })
        {
            if (name is not null && !Name().IsMatch(name))
                yield return $"{what} '{name}' must be letters, digits, '.', '_' or '-'";
        }

        if (config.Collector.Port is <= 0 or > ushort.MaxValue)
            yield return $"collector port {config.Collector.Port} must be 1–65535";
        if (config.AdminPort is < 0 or > ushort.MaxValue)
            yield return $"admin port {config.AdminPort} must be 0–65535";
        if (config.Capture is CaptureKind.TapFiles && (config.TapDirectory is null || !Path.IsPathRooted(config.TapDirectory)))
            yield return "tap files need the absolute path of an existing directory";
        if (config.CaptureAttempts && config.Capture is not CaptureKind.ExtProc)
            yield return "attempts can only be captured with ext_proc";
        if (config.TapBodyLimitBytes <= 0)
            yield return $"tap body limit {config.TapBodyLimitBytes} must be above 0 bytes";
        foreach (IGrouping<ListenerDirection, ListenerConfig> same in config.Listeners.GroupBy(l => l.Direction).Where(g => g.Count() > 1))
            yield return $"{same.Count()} {same.Key.ToString().ToLowerInvariant()} listeners: one is allowed";
        foreach (string fault in config.Listeners.SelectMany(ListenerFaults))
            yield return fault;
    }

    private static IEnumerable<string> ListenerFaults(ListenerConfig listener)
    {
        string[] authorities = [.. listener.Routes.SelectMany(route => route.Authorities)];
        if (authorities.GroupBy(a => a, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            yield return $"authority '{twice.Key}' has two routes at the {listener.Name} listener";
        if (listener.Routes.GroupBy(r => r.Name).FirstOrDefault(g => g.Count() > 1) is { } same)
            yield return $"route '{same.Key}' is there twice at the {listener.Name} listener";
        foreach (RouteConfig route in listener.Routes)
        {
            if (!Name().IsMatch(route.Name))
                yield return $"route '{route.Name}' must be letters, digits, '.', '_' or '-'";
            if (route.Authorities.Count == 0 || route.Authorities.Any(string.IsNullOrWhiteSpace))
                yield return $"route '{route.Name}' needs an authority, or '*'";
            if (route.Target.Port is <= 0 or > ushort.MaxValue)
                yield return $"route '{route.Name}' needs a target port 1–65535";
            if (route.Timeout < TimeSpan.Zero || route.Retry?.PerTryTimeout <= TimeSpan.Zero)
                yield return $"route '{route.Name}' has a negative time limit";
            if (route.Retry is { Attempts: < 1 or > AttemptsMax })
                yield return $"route '{route.Name}' must try again 1–{AttemptsMax} times, not {route.Retry.Attempts}";
        }
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
    private static partial Regex Name();
}
