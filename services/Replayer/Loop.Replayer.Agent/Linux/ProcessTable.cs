using System.Globalization;

namespace Loop.Replayer.Agent.Linux;

/// <summary>Reads /proc.</summary>
internal static class ProcessTable
{
    /// <summary>Whether a process has a handler for a signal. The first process of a namespace ignores a signal that it does not handle.</summary>
    public static bool Catches(int process, int signal)
    {
        foreach (string line in Read($"/proc/{process}/status").Split('\n'))
        {
            if (line.StartsWith("SigCgt:", StringComparison.Ordinal) && ulong.TryParse(line[7..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong caught))
                return (caught & (1UL << (signal - 1))) != 0;
        }

        return false;
    }

    /// <summary>The content of a file of /proc; empty when the process has gone.</summary>
    public static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
