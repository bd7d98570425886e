using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Loop.LoadLab.Results;

/// <summary>Where and when it was measured.</summary>
internal sealed record Machine(DateTimeOffset At, int Cores, string Processor, double MemoryGibibytes, string System, string Runtime, string LoadBefore, string Commit)
{
    public static Machine Describe(string commit, TimeProvider time) => new(
        time.GetUtcNow(),
        Environment.ProcessorCount,
        Regex.Match(Text("/proc/cpuinfo"), @"model name\s*: (.*)").Groups[1].Value,
        Math.Round(double.Parse("0" + Regex.Match(Text("/proc/meminfo"), @"MemTotal:\s*(\d+)").Groups[1].Value, CultureInfo.InvariantCulture) / 1048576, 1),
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        LoadAverage(),
        commit);

    /// <summary>Processes that wanted a core, over the last 1, 5 and 15 minutes.</summary>
    public static string LoadAverage() => string.Join(' ', Text("/proc/loadavg").Split(' ').Take(3));

    public override string ToString() =>
        $"{At:yyyy-MM-dd HH:mm} UTC · {Cores} cores ({Processor}) · {MemoryGibibytes:0.#} GiB · {System} · {Runtime} · load average before {LoadBefore} · commit {Commit}";

    private static string Text(string path) => File.Exists(path) ? File.ReadAllText(path) : "";
}
