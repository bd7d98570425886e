using Loop.Cli.Terminal;

namespace Loop.Cli.Tests.Api;

/// <summary>A run whose pauses pass by themselves: the clock is real, the pauses of loopctl are short.</summary>
internal static class FollowingRun
{
    public static async Task<LoopctlRun> Of(Uri url, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        using var bytes = new MemoryStream();
        var context = new CliContext
        {
            Output = output,
            OutputBytes = bytes,
            Error = error,
            IsTerminal = false,
            IsErrorTerminal = false,
            Width = 120,
            Environment = name => name == "LOOP_URL" ? url.ToString() : null,
            Time = TimeProvider.System,
        };
        int exitCode = await LoopctlApplication.Run(arguments, context, CancellationToken.None);
        return new LoopctlRun { ExitCode = exitCode, Output = output.ToString(), Bytes = bytes.ToArray(), Error = error.ToString() };
    }
}
