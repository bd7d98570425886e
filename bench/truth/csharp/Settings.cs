namespace Loop.TruthBench.Csharp;

/// <summary>Where the service listens and what it may call, from its environment.</summary>
internal static class Settings
{
    public static string Port { get; } = Environment.GetEnvironmentVariable("TRUTH_PORT") ?? "8080";

    /// <summary>The proxy through which it calls; null where names resolve.</summary>
    public static string? Outbound { get; } = Environment.GetEnvironmentVariable("TRUTH_OUTBOUND");

    /// <summary><c>host:port</c> of PostgreSQL.</summary>
    public static string Postgres { get; } = Environment.GetEnvironmentVariable("TRUTH_POSTGRES") ?? "127.0.0.1:5432";

    /// <summary>The file that says what this build is.</summary>
    public static string BuildFile { get; } = Environment.GetEnvironmentVariable("TRUTH_BUILD") ?? "build.json";

    /// <summary>True where every call is noted in the log, with the name of its answer.</summary>
    public static bool NotesCalls { get; } = Environment.GetEnvironmentVariable("TRUTH_CALLS") is "1";

    /// <summary>True where a header may choose the build: only where the bench checks itself.</summary>
    public static bool MaySwitch { get; } = Environment.GetEnvironmentVariable("TRUTH_SWITCH") is "1";
}
