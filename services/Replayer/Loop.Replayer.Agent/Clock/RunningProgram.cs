using Loop.Replayer.Agent.Linux;

namespace Loop.Replayer.Agent.Clock;

/// <summary>What runs in a process: wrappers, shells and launch scripts are past, so this is the program itself, seen without touching it.</summary>
/// <param name="Path">The executable, where the process sees it.</param>
/// <param name="Elf">Its headers; null when they cannot be read.</param>
/// <param name="Mapped">Paths of the files that it has loaded.</param>
internal sealed record RunningProgram(string Path, ElfFile? Elf, IReadOnlySet<string> Mapped)
{
    /// <summary>File name of the executable.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Whether a library of that file name is loaded.</summary>
    public bool Uses(string library) => Mapped.Any(path => System.IO.Path.GetFileName(path) == library);

    /// <summary>The programs that hold the listening socket of a port, in the network of a process; those of the agent left out.</summary>
    public static IReadOnlyList<RunningProgram> Listening(int process, int port) => [.. SocketOwners.Of(process, port).Select(Read).OfType<RunningProgram>()];

    private static RunningProgram? Read(int process)
    {
        if (File.ResolveLinkTarget($"/proc/{process}/exe", returnFinalTarget: false) is not { } executable)
            return null;
        // /proc/PID/maps: address, rights, offset, device, inode, path.
        HashSet<string> mapped = [.. ProcessTable.Read($"/proc/{process}/maps").Split('\n')
            .Select(static line => line.IndexOf('/', StringComparison.Ordinal) is > 0 and var start ? line[start..] : "").Where(static path => path.Length > 0)];
        return new RunningProgram(executable.FullName, ReadHeaders(process), mapped);
    }

    private static ElfFile? ReadHeaders(int process)
    {
        try
        {
            // By the process's own link: its path may mean another file here.
            using FileStream file = new($"/proc/{process}/exe", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return ElfFile.Read(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
