using Loop.Replayer.Agent.Dependencies;
using Loop.Replayer.Sandbox.Driver;
using Loop.Replayer.Sandbox.Processes;
using Loop.Testing.Envoy;

namespace Loop.Replayer.Sandbox.Tests.Dependencies;

/// <summary>The servers of this machine, and services that ask them.</summary>
internal static class RealServers
{
    /// <summary>The folder of a server's programs; without it the test ends here.</summary>
    public static string Require(ServerKind kind)
    {
        if (ServerPrograms.Find(kind, new ProcessSandboxOptions().ServerFolders) is { } folder)
            return folder;
        RequireReal.Skip(ServerPrograms.Missing(kind));
        throw new InvalidOperationException("A skipped test goes on.");
    }

    /// <summary>A PostgreSQL with a user and a database of one name, filled by SQL.</summary>
    public static DependencyPlan Postgres(string service, int port = 5432, string? host = null, string? sql = null) => new()
    {
        Name = service + "-db",
        Kind = ServerKind.Postgresql,
        Service = service,
        Host = host,
        Port = port,
        User = "shop",
        Database = "shop",
        Seed = sql is null ? null : new StateStatements(sql),
    };

    public static DependencyPlan Redis(string service, int port = 6379, string? host = null, StateStep? seed = null) => new()
    {
        Name = service + "-cache",
        Kind = ServerKind.Redis,
        Service = service,
        Host = host,
        Port = port,
        Seed = seed,
    };

    /// <summary>What a service of the tests gets from PostgreSQL.</summary>
    public static Task<string> Sql(ISandbox sandbox, SandboxService service, string host, int port, string query) => TestSandbox.Get(
        sandbox, service.Name, service.Port, $"/sql/{Uri.EscapeDataString($"Host={host};Port={port};Username=shop;Database=shop")}/{Uri.EscapeDataString(query)}");

    /// <summary>What a service of the tests gets from Redis.</summary>
    public static Task<string> Ask(ISandbox sandbox, SandboxService service, string address, string command) =>
        TestSandbox.Get(sandbox, service.Name, service.Port, $"/redis/{Uri.EscapeDataString(address)}/{Uri.EscapeDataString(command)}");
}
