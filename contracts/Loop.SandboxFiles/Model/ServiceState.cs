namespace Loop.SandboxFiles;

/// <summary>State that HTTP does not show, and how it is made anew for every run.</summary>
public abstract record ServiceState
{
    /// <summary>It has none.</summary>
    public sealed record None : ServiceState;

    /// <summary>Nobody said: a replay that reaches it is inconclusive.</summary>
    public sealed record Unknown : ServiceState;

    /// <summary>The service is not live: it is answered from the recording.</summary>
    public sealed record Recorded : ServiceState;

    /// <summary>Made from a seed.</summary>
    public sealed record Seeded(StateSeed Seed) : ServiceState;

    /// <summary>Restored by a command.</summary>
    public sealed record Snapshot(StartCommand Command) : ServiceState;

    /// <summary>Made by conversations that are replayed first and not judged.</summary>
    public sealed record Prelude(IReadOnlyList<string> ConversationIds) : ServiceState;
}

/// <summary>Where state comes from: a command, or a file.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Command">For <see cref="SeedKind.Command"/>.</param>
/// <param name="File">For the others; relative to the sandbox file.</param>
public sealed record StateSeed(SeedKind Kind, StartCommand? Command, string? File);

/// <summary>Kinds of <see cref="StateSeed"/>.</summary>
public enum SeedKind
{
    /// <summary>A command that fills it.</summary>
    Command,

    /// <summary>SQL statements.</summary>
    Sql,

    /// <summary>A dump of the server's own tool.</summary>
    Dump,
}
