namespace Loop.EnvoyConfig.Running;

/// <summary>An Envoy did not start or ended on its own.</summary>
public sealed class EnvoyFailedException(string message, string log) : Exception($"{message}\n{log}".TrimEnd())
{
    /// <summary>Its last lines.</summary>
    public string Log { get; } = log;
}
