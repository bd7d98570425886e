using System.Globalization;

namespace Loop.Replayer.Sandbox.Processes;

/// <summary>Names one process for good: its id together with its start time, since ids are used again.</summary>
/// <param name="Id">Its id.</param>
/// <param name="StartTime">Clock ticks since the machine started.</param>
public readonly record struct ProcessMark(int Id, string StartTime)
{
    /// <summary>This process.</summary>
    public static ProcessMark OfSelf() => Of(Environment.ProcessId) ?? throw new InvalidOperationException("/proc does not know this process.");

    /// <summary>Null when there is no such process, or only its remains.</summary>
    public static ProcessMark? Of(int id)
    {
        try
        {
            // stat is "pid (name) state …"; the name may hold anything, and the start time is field 22.
            string stat = File.ReadAllText($"/proc/{id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : new ProcessMark(id, fields[19]);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>True while that very process runs.</summary>
    public bool IsAlive => Of(Id) == this;

    /// <summary>As <see cref="Read"/> takes it.</summary>
    public override string ToString() => $"{Id} {StartTime}";

    /// <summary>Null for a file that is not there or not complete.</summary>
    public static ProcessMark? Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Split(' ') is [var id, var start] && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? new ProcessMark(number, start) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
