namespace Loop.Replayer.Agent.Linux;

/// <summary>Reads /proc/net/unix.</summary>
internal static class UnixSockets
{
    /// <summary>The paths of unix sockets in the network namespace that the agent was started in: the host's.</summary>
    public static IReadOnlyList<string> OfTheHost() => [.. Parse(ProcessTable.Read("/proc/1/net/unix")).Distinct()];

    // Num RefCount Protocol Flags Type St Inode Path; abstract names begin with '@', unnamed sockets have no path.
    internal static IEnumerable<string> Parse(string table) =>
        table.Split('\n').Skip(1).Select(line => line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries)).Where(fields => fields.Length == 8 && fields[7].StartsWith('/')).Select(fields => fields[7]);
}
