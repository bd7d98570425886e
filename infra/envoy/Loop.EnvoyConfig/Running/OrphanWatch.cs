using System.Diagnostics;
using System.Globalization;

namespace Loop.EnvoyConfig.Running;

/// <summary>
/// Ends the children of this process when it is killed and cannot do so itself: a shell that knows their ids waits for the end of its input, which comes with
/// the end of this process, whatever that was. The kernel's own means (<c>PR_SET_PDEATHSIG</c>) speaks of the thread that started the child, and pool
/// threads retire. Safe from any thread. Does nothing on Windows.
/// </summary>
public static class OrphanWatch
{
    // Ctrl-C reaches the whole group of processes: the watch must outlive it, for the children may not. It holds no stream that somebody reads to its end.
    private const string Script = """
        trap '' INT TERM HUP
        exec >/dev/null 2>&1
        all=
        while read -r word id; do
          rest=
          for one in $all; do [ "$one" = "$id" ] || rest="$rest $one"; done
          all=$rest
          [ "$word" = add ] && all="$all $id"
        done
        [ -z "$all" ] || kill -KILL $all
        """;

    private static readonly Lock Gate = new();
    private static Process? _shell;

    /// <summary>This child does not outlive us.</summary>
    public static void Add(int processId) => Tell("add", processId);

    /// <summary>This child has ended; its id may be given to another process.</summary>
    public static void Drop(int processId) => Tell("drop", processId);

    private static void Tell(string word, int processId)
    {
        if (OperatingSystem.IsWindows())
            return;
        lock (Gate)
        {
            _shell ??= Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script]) { RedirectStandardInput = true })!;
            try
            {
                _shell.StandardInput.Write(string.Create(CultureInfo.InvariantCulture, $"{word} {processId}\n"));
                _shell.StandardInput.Flush();
            }
            catch (IOException)
            {
                // Somebody killed the shell. The children are still ended whenever we end in order.
            }
        }
    }
}
