using System.Globalization;

namespace Loop.LoadLab.Running;

/// <summary>Processor time of a process and its threads, from <c>/proc</c>: exact to a clock tick of 10 ms.</summary>
internal static class ProcessorTime
{
    // USER_HZ, which Linux fixes at 100 for what it shows to programs.
    private const double TicksPerSecond = 100;

    public static double Seconds(int processId)
    {
        string stat = File.ReadAllText($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/stat");

        // The name, in brackets, may hold spaces; utime and stime are fields 14 and 15.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
