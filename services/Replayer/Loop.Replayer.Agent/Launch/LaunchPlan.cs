namespace Loop.Replayer.Agent.Launch;

/// <summary>What the launcher of one service does, written by the agent into a file that the service cannot see.</summary>
internal sealed record LaunchPlan
{
    public required string Service { get; init; }

    /// <summary>False: no fences, only the program with its environment, folder and log.</summary>
    public required bool IsSealed { get; init; }

    public required IReadOnlyList<string> Command { get; init; }

    public required string WorkFolder { get; init; }

    /// <summary>Where the content of the work folder lies on the host.</summary>
    public required string WorkSource { get; init; }

    /// <summary>The user that the program sees itself as.</summary>
    public int UserId { get; init; }

    /// <summary>A file on the host that becomes the standard input; null for an empty one.</summary>
    public string? Input { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required IReadOnlyList<string> Folders { get; init; }

    public required IReadOnlyDictionary<string, byte[]> Files { get; init; }

    /// <summary>Unix sockets of the host that lie in the folders which the service sees.</summary>
    public required IReadOnlyList<string> HiddenSockets { get; init; }

    public required IReadOnlyList<string> ControlGroups { get; init; }

    /// <summary>An empty folder on the host over which the new root is mounted.</summary>
    public required string Root { get; init; }

    public required string Log { get; init; }

    /// <summary>Where the launcher writes why it gave up.</summary>
    public required string Failure { get; init; }
}
