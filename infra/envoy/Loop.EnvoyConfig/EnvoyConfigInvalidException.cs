namespace Loop.EnvoyConfig;

/// <summary>A proxy's description cannot become a configuration; all faults at once, each with its remedy.</summary>
public sealed class EnvoyConfigInvalidException(IReadOnlyList<string> faults)
    : Exception("The Envoy configuration cannot be made: " + string.Join("; ", faults))
{
    /// <summary>One sentence per fault.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
