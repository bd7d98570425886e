using System.Diagnostics;

namespace Loop.Replayer.Sandbox.Tests;

/// <summary>
/// Finds the processes of one test by a mark in their environment or in the path of their folder: no process loses either by forking, but PostgreSQL
/// writes the titles of its processes over their environment.
/// </summary>
internal static class MarkedProcesses
{
    public const string Variable = "LOOP_TEST_MARK";

    public static int[] Find(string mark) => [.. Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), out int id) ? id : 0)
        .Where(id => id > 0 && (Environ(id).Contains($"{Variable}={mark}", StringComparison.Ordinal) || Folder(id).Contains(mark, StringComparison.Ordinal)))];

    /// <summary>Waits until all of them have ended.</summary>
    public static async Task End(IEnumerable<int> ids, CancellationToken cancellationToken)
    {
        foreach (int id in ids)
        {
            try
            {
                using Process process = Process.GetProcessById(id);
                await process.WaitForExitAsync(cancellationToken).WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
            }
            catch (ArgumentException)
            {
                // It has gone already.
            }
        }
    }

    private static string Folder(int id)
    {
        try
        {
            return new FileInfo($"/proc/{id}/cwd").LinkTarget ?? "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Environ(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/environ");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
