namespace Loop.Replayer.Sandbox.Processes;

/// <summary>Where the process driver finds its agent and keeps its files.</summary>
public sealed class ProcessSandboxOptions
{
    /// <summary>The agent's executable. Default: <c>loop-agent</c> beside the running program.</summary>
    public string AgentPath { get; set; } = Path.Combine(AppContext.BaseDirectory, "loop-agent");

    /// <summary>The folder that holds a folder per sandbox; short, since a unix socket lies in it. Default: <c>loop-sandboxes</c> in the user's runtime folder, in /run for root.</summary>
    public string StateRoot { get; set; } = DefaultStateRoot();

    /// <summary>
    /// Null, the default, where fences are put up. Else why they are not: then services run beside the agent and call where <c>${call:HOST:PORT}</c> in
    /// their environment tells them to; nothing holds them to it, and the evidence says so. <see cref="ProcessSandboxDriver.Choose"/> sets it.
    /// </summary>
    public string? UnsealedReason { get; set; }

    internal bool IsSealed => UnsealedReason is null;

    /// <summary>
    /// Folders in which PostgreSQL and Redis are looked for. Default: the PATH, then the folders in which Debian keeps PostgreSQL, newest version first.
    /// </summary>
    public IReadOnlyList<string> ServerFolders { get; set; } = ServerSearch.DefaultFolders();

    /// <summary>How long the agent may take to make the place. Default 60 s: only a busy machine needs more than one.</summary>
    public TimeSpan PrepareLimit { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the agent may take to end beyond the plan's own limit. Default 10 s, then it is killed.</summary>
    public TimeSpan AgentStopLimit { get; set; } = TimeSpan.FromSeconds(10);

    private static string DefaultStateRoot() =>
        Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime ? Path.Combine(runtime, "loop-sandboxes")
            : Environment.IsPrivilegedProcess ? "/run/loop-sandboxes"
            : Path.Combine(Path.GetTempPath(), "loop-sandboxes-" + Environment.UserName);
}
