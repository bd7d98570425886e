using Loop.Host.CommandLine;
using Loop.Host.Configuration;

namespace Loop.Host;

/// <summary>Refuses to listen beyond loopback without authentication.</summary>
internal static class AccessCheck
{
    /// <summary>Throws with all faults together.</summary>
    public static void Refuse(LoopdSettings settings, IConfiguration configuration)
    {
        var faults = new List<string>();
        if (!settings.HttpListen.IsLoopback && string.IsNullOrEmpty(configuration["Loop:Api:Token"]))
            faults.Add($"--http-listen {settings.HttpListen}: the API may not listen beyond loopback without authentication. Set the environment variable Loop__Api__Token, or listen on 127.0.0.1.");
        if (settings.Has("store") && !settings.LinkListen.IsLoopback && string.IsNullOrEmpty(configuration["Loop:Link:Token"]))
            faults.Add($"--link-listen {settings.LinkListen}: the node link hands out the redaction key and may not listen beyond loopback without authentication. Set the environment variable Loop__Link__Token here and on the capture nodes, or listen on 127.0.0.1.");
        if (faults.Count > 0)
            throw new ConfigurationFaultException(string.Join(Environment.NewLine, faults));
    }
}
