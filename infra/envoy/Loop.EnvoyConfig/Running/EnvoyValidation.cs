namespace Loop.EnvoyConfig.Running;

/// <summary>What an Envoy says of a configuration without running it.</summary>
/// <param name="Accepted">True when it would start with it.</param>
/// <param name="Message">Its words.</param>
public sealed record EnvoyValidation(bool Accepted, string Message)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Runs <c>envoy --mode validate</c> on a bootstrap.</summary>
    public static EnvoyValidation Of(string binary, string bootstrap)
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("loop-envoy-").FullName, "envoy.yaml");
        try
        {
            File.WriteAllText(file, bootstrap);
            CommandResult result = ShortCommand.Run(binary, ["--mode", "validate", "-c", file, "--disable-hot-restart"], Limit);
            return new EnvoyValidation(result.ExitCode == 0, $"{result.Output}\n{result.Error}".Trim());
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }
}
