using System.Globalization;

namespace Loop.Replayer.Sandbox.Processes;

/// <summary>Names one process for good: its id together with its start time, since ids are used again.</summary>
internal readonly record struct ProcessMark(int Id, string StartTime)
{
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

    public bool IsAlive => Of(Id) == this;

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
