using System.Globalization;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Agent.Launch;

namespace Loop.Replayer.Agent.Hosting;

/// <summary>
/// The agent's entry point. A program that brings a call handler of its own calls <see cref="Run"/> with its arguments, since the agent starts
/// its own executable again as the launcher of each service.
/// </summary>
public static class AgentProgram
{
    /// <summary>The mode that the sandbox driver starts, inside new user, mount and process namespaces.</summary>
    public const string RunMode = "run";

    internal const string LaunchMode = "launch";

    /// <summary>Prints the time as .NET sees it, in Unix milliseconds.</summary>
    internal const string ClockMode = "clock";

    /// <summary>Runs the mode that the arguments name and returns the exit code.</summary>
    public static async Task<int> Run(string[] arguments, CallHandlerFactory handlers)
    {
        switch (arguments)
        {
            case [RunMode]:
                using (StreamReader commands = new(Console.OpenStandardInput()))
                using (Observer observer = new(Console.OpenStandardOutput()))
                    return await new AgentHost(handlers, observer, TimeProvider.System).Run(commands);
            case [LaunchMode, var planFile]:
                return Launcher.Run(planFile);
            case [ClockMode]:
                await Console.Out.WriteLineAsync(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
                return 0;
            default:
                await Console.Error.WriteLineAsync("This program is started by Loop's sandbox; it has no use of its own.");
                return 64;
        }
    }
}
