using System.Globalization;

namespace Loop.Integration.Tests.Harness;

/// <summary>What the kernel says of a process.</summary>
internal static class ProcessMemory
{
    /// <summary>Largest resident size so far, bytes.</summary>
    public static long Peak(int processId) => Read(processId, "VmHWM:");

    /// <summary>Resident size now, bytes.</summary>
    public static long Resident(int processId) => Read(processId, "VmRSS:");

    private static long Read(int processId, string name)
    {
        string line = File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return 1024 * long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }
}
