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
        # We may have been killed in the moment between the start of a child and its id: it bears our mark, if not yet, then soon.
        for round in 1 2; do
          for environ in /proc/[0-9]*/environ; do
            tr '\0' '\n' <"$environ" | grep -qx "$1" || continue
            id=${environ#/proc/}
            kill -KILL "${id%/environ}"
          done
          sleep 0.3
        done
        """;

    private const string Variable = "LOOP_OWNER";
    private static readonly string Mark = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{TimeProvider.System.GetTimestamp()}");
    private static readonly Lock Gate = new();
    private static Process? _shell;

    /// <summary>To be called before a child is started: it bears our mark, and somebody looks for it when we are gone.</summary>
    public static void Prepare(ProcessStartInfo child)
    {
        ArgumentNullException.ThrowIfNull(child);
        child.Environment[Variable] = Mark;
        if (OperatingSystem.IsWindows())
            return;
        lock (Gate)
            Start();
    }

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
            Process shell = Start();
            try
            {
                shell.StandardInput.Write(string.Create(CultureInfo.InvariantCulture, $"{word} {processId}\n"));
                shell.StandardInput.Flush();
            }
            catch (IOException)
            {
                // Somebody killed the shell. The children are still ended whenever we end in order.
            }
        }
    }

    private static Process Start() => _shell ??= Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, "sh", $"{Variable}={Mark}"]) { RedirectStandardInput = true })!;
}
