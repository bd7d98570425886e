using Loop.SandboxFiles;

namespace Loop.Replayer.Credentials;

/// <summary>The headers that a live service is sent beside the recorded ones.</summary>
internal static class SuppliedHeaders
{
    /// <summary>What a person gave, and what the file takes from the environment for this service; the person's word wins.</summary>
    public static IReadOnlyDictionary<string, string> Of(IReadOnlyDictionary<string, string> given, SandboxFile file, string service)
    {
        Dictionary<string, string> all = new(given, StringComparer.OrdinalIgnoreCase);
        foreach (SandboxCredential credential in file.Credentials.Where(credential => credential.Environment is not null && (credential.Services.Count == 0 || credential.Services.Contains(service))))
            all.TryAdd(credential.Header, Environment.GetEnvironmentVariable(credential.Environment!)!);
        return all;
    }
}
