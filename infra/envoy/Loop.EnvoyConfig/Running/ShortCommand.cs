using System.ComponentModel;
using System.Diagnostics;

namespace Loop.EnvoyConfig.Running;

/// <summary>Runs a program that ends by itself.</summary>
internal static class ShortCommand
{
    /// <summary>Never throws for a program that is missing, fails or hangs: the result says so.</summary>
    public static CommandResult Run(string program, IReadOnlyList<string> arguments, TimeSpan limit)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(limit))
            {
                process.Kill(entireProcessTree: true);
                return new CommandResult(-1, "", $"no end within {limit.TotalSeconds:0} s");
            }

            return new CommandResult(process.ExitCode, output.GetAwaiter().GetResult().Trim(), error.GetAwaiter().GetResult().Trim());
        }
        catch (Win32Exception failure)
        {
            return new CommandResult(-1, "", failure.Message);
        }
    }
}

/// <summary>How a short command ended; −1 when it could not start or did not end.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error);
