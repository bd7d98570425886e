using System.Globalization;

namespace Loop.Replayer.Agent.Linux;

/// <summary>Which processes hold a listening socket: the inode of /proc/PID/net/tcp, found again among the open files of all processes.</summary>
internal static class SocketOwners
{
    private const string Listening = "0A";

    /// <summary>Ids of the processes that hold what listens on a port in the network namespace of a process.</summary>
    public static IReadOnlyList<int> Of(int process, int port)
    {
        HashSet<string> sockets = [.. Sockets($"/proc/{process}/net/tcp", port), .. Sockets($"/proc/{process}/net/tcp6", port)];
        return sockets.Count == 0 ? [] : [.. Directory.EnumerateDirectories("/proc")
            .Select(static folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : 0)
            .Where(id => id > 0 && id != Environment.ProcessId && Files(id).Any(sockets.Contains))];
    }

    private static IEnumerable<string> Sockets(string table, int port)
    {
        string suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (string line in ProcessTable.Read(table).Split('\n').Skip(1))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var local, _, Listening, _, _, _, _, _, var inode, ..] && local.EndsWith(suffix, StringComparison.Ordinal))
                yield return $"socket:[{inode}]";
        }
    }

    private static List<string> Files(int process)
    {
        List<string> targets = [];
        try
        {
            foreach (string link in Directory.EnumerateFileSystemEntries($"/proc/{process}/fd"))
            {
                if (new FileInfo(link).LinkTarget is { } target)
                    targets.Add(target);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended, or belongs to another user: then it is not the service's.
        }

        return targets;
    }
}
