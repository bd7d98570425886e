using Loop.Cli.Terminal;
using Microsoft.Extensions.Time.Testing;

namespace Loop.Cli.Tests.Api;

/// <summary>One run of loopctl in this process: what it printed and how it ended.</summary>
public sealed class LoopctlRun
{
    /// <summary>The clock of every run.</summary>
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 3, 14, 0, TimeSpan.Zero);

    public required int ExitCode { get; init; }

    public required string Output { get; init; }

    public required byte[] Bytes { get; init; }

    public required string Error { get; init; }

    public static Task<LoopctlRun> Of(Uri? url, params string[] arguments) => Of(url, isTerminal: false, width: 120, CancellationToken.None, arguments);

    public static async Task<LoopctlRun> Of(Uri? url, bool isTerminal, int width, CancellationToken cancellationToken, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        using var bytes = new MemoryStream();
        int exitCode = await LoopctlApplication.Run(arguments, Context(url, isTerminal, width, output, error, bytes), cancellationToken);
        return new LoopctlRun { ExitCode = exitCode, Output = output.ToString(), Bytes = bytes.ToArray(), Error = error.ToString() };
    }

    public static CliContext Context(Uri? url, bool isTerminal, int width, TextWriter output, TextWriter error, Stream bytes) => new()
    {
        Output = output,
        OutputBytes = bytes,
        Error = error,
        IsTerminal = isTerminal,
        IsErrorTerminal = false,
        Width = width,
        // Colours off: the golden texts stay readable, the layout of a terminal is what is compared.
        Environment = name => name switch { "LOOP_URL" => url?.ToString(), "NO_COLOR" => "1", _ => null },
        Time = new FakeTimeProvider(Now) { AutoAdvanceAmount = TimeSpan.Zero },
    };
}
