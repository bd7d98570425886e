namespace Loop.Replayer.Sandbox.Driver;

/// <summary>A real server, made anew for every sandbox, that runs in the network of one service.</summary>
public sealed record DependencyPlan
{
    /// <summary>Its name, formed like a service's and unlike any service's: its log is opened by it.</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required ServerKind Kind { get; init; }

    /// <summary>The service of the plan in whose network it runs.</summary>
    public required string Service { get; init; }

    /// <summary>
    /// By what services dial it. Null, <c>localhost</c> or a loopback address: its own service alone does. A name or another address: every service of
    /// the sandbox that dials it at <see cref="Port"/> reaches this one server.
    /// </summary>
    public string? Host { get; init; }

    /// <summary>The port that services dial.</summary>
    public required int Port { get; init; }

    /// <summary>A database to create, or the number of a Redis database. Null: what the server brings, or for PostgreSQL one named like <see cref="User"/>.</summary>
    public string? Database { get; init; }

    /// <summary>A user to create: no superuser, but the owner of the database; every password is right. Null: the server's own, without limits.</summary>
    public string? User { get; init; }

    /// <summary>What is in it before a service runs; null means nothing.</summary>
    public StateStep? Seed { get; init; }

    /// <summary>Variables for the server beside its own: a shifted clock, for instance.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>Servers that a sandbox can start.</summary>
public enum ServerKind
{
    /// <summary>PostgreSQL.</summary>
    Postgresql = 0,

    /// <summary>Redis.</summary>
    Redis = 1,
}
