using System.Globalization;
using Xunit;

namespace Loop.Integration.Tests.Harness;

/// <summary>Processes and their children, read from /proc.</summary>
internal static class ProcessTree
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Waits until something is so.</summary>
    public static async Task Until(Func<bool> isSo, Func<string> otherwise)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, otherwise());
            await Task.Delay(PollInterval, TimeProvider.System, Cancellation);
        }
    }

    /// <summary>Ids of the processes that a process started and that are its own still.</summary>
    public static int[] Children(int parent) =>
        [.. Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : 0)
            .Where(id => id > 0 && Stat(id) is { } stat && stat.Parent == parent)];

    /// <summary>False also for one that waits to be buried.</summary>
    public static bool IsRunning(int id) => Stat(id) is { State: not 'Z' };

    /// <summary>Its program; empty when it is gone.</summary>
    public static string Name(int id) => Stat(id)?.Name ?? "";

    // "ID (NAME) STATE PARENT …" (proc(5)); null when it is gone.
    private static (string Name, char State, int Parent)? Stat(int id)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{id}/stat");
            int end = text.LastIndexOf(')');
            string[] rest = text[(end + 2)..].Split(' ');
            return (text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..end], rest[0][0], int.Parse(rest[1], CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
