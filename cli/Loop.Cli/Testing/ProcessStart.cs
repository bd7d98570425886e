using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Loop.Cli.Testing;

/// <summary>Names one process for good: its id together with its start, since ids are used again.</summary>
internal static class ProcessStart
{
    /// <summary>This process.</summary>
    public static string OfSelf() => Of(Environment.ProcessId)!;

    /// <summary>True while that very process runs; also for a text that names none, since nothing is known of it.</summary>
    public static bool IsAlive(string mark) =>
        !int.TryParse(mark.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int id) || Of(id) == mark;

    private static string? Of(int id)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                using var process = Process.GetProcessById(id);
                return string.Create(CultureInfo.InvariantCulture, $"{id} {process.StartTime.Ticks}");
            }

            // "pid (name) state …"; the name may hold anything, and the start is field 22 (proc(5)).
            string stat = File.ReadAllText($"/proc/{id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : string.Create(CultureInfo.InvariantCulture, $"{id} {fields[19]}");
        }
        catch (Exception gone) when (gone is IOException or ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }
}
