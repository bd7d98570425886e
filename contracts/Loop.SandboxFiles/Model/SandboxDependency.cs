namespace Loop.SandboxFiles;

/// <summary>A real server that is started in the namespace of one service, anew for every run.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Service">The live service in whose namespace it runs.</param>
/// <param name="Host">Name or address by which the service dials it; null means 127.0.0.1.</param>
/// <param name="Port">Its port, 1 to 65535.</param>
/// <param name="Database">Database to create; null without one.</param>
/// <param name="User">User to create; null means the server's default.</param>
/// <param name="Seed">What is in it; null means nothing.</param>
public sealed record SandboxDependency(string Name, DependencyKind Kind, string Service, string? Host, int Port, string? Database, string? User, StateSeed? Seed);

/// <summary>Servers that a sandbox can start.</summary>
public enum DependencyKind
{
    /// <summary>PostgreSQL.</summary>
    Postgresql,

    /// <summary>Redis.</summary>
    Redis,
}
