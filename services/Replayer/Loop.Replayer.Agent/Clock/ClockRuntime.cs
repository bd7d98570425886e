using System.Globalization;
using System.Text.RegularExpressions;
using Loop.Replayer.Agent.Hosting;

namespace Loop.Replayer.Agent.Clock;

/// <summary>A tiny program that prints the time as a service's runtime sees it. It runs with the service's environment and none of its code.</summary>
/// <param name="Name">The runtime, in words.</param>
/// <param name="Command">Prints Unix seconds or milliseconds among its first words.</param>
/// <param name="Folders">Folders that it needs beside those of the service.</param>
internal sealed partial record ClockRuntime(string Name, IReadOnlyList<string> Command, IReadOnlyList<string> Folders)
{
    // Ten digits are seconds until the year 2286, thirteen are milliseconds since 2001.
    private const int MostDigitsOfSeconds = 11;

    /// <summary>Variables by which a runtime would load code of the user, wait for a debugger, or open a port that the service already has.</summary>
    public static readonly IReadOnlySet<string> ForeignCode = new HashSet<string>
    {
        "NODE_OPTIONS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "DOTNET_STARTUP_HOOKS", "DOTNET_ADDITIONAL_DEPS", "DOTNET_DiagnosticPorts",
        "CORECLR_ENABLE_PROFILING",
    };

    /// <summary>The runtime in which a program runs.</summary>
    public static ClockRuntime Of(RunningProgram program)
    {
        if (program.Uses("libcoreclr.so"))
            return new ClockRuntime(".NET", [Environment.ProcessPath!, AgentProgram.ClockMode], [Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)]);
        // The log's "tm" is System.currentTimeMillis().
        if (program is { Name: "java" } && program.Uses("libjvm.so"))
            return new ClockRuntime("Java", [program.Path, "-Xlog:gc+init=info:stdout:tm", "-version"], []);
        if (program.Name is "node" or "nodejs")
            return new ClockRuntime("Node", [program.Path, "-p", "Date.now()"], []);
        return program.Name.StartsWith("python", StringComparison.Ordinal)
            ? new ClockRuntime("Python", [program.Path, "-I", "-S", "-c", "import time; print(int(time.time() * 1000))"], [])
            : new ClockRuntime("the C library", ["date", "+%s"], []);
    }

    /// <summary>The time that the program printed; null when it printed none.</summary>
    public static DateTimeOffset? ReadTime(string output)
    {
        if (Time().Match(output) is not { Success: true } match || !long.TryParse(match.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            return null;
        return match.Length <= MostDigitsOfSeconds ? DateTimeOffset.FromUnixTimeSeconds(number) : DateTimeOffset.FromUnixTimeMilliseconds(number);
    }

    [GeneratedRegex("[0-9]{9,13}")]
    private static partial Regex Time();
}
