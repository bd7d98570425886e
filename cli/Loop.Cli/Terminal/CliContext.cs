using Spectre.Console;

namespace Loop.Cli.Terminal;

/// <summary>What a command may touch of the process: data goes to <see cref="Output"/>, words to <see cref="Words"/>.</summary>
public sealed class CliContext
{
    /// <summary>Data, as text.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Data, as bytes; the same stream as <see cref="Output"/>.</summary>
    public required Stream OutputBytes { get; init; }

    /// <summary>Words: progress, warnings, errors.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>True when a person reads <see cref="Output"/>: colour, lines cut to <see cref="Width"/>.</summary>
    public required bool IsTerminal { get; init; }

    /// <summary>True when a person reads <see cref="Error"/>: progress that overwrites itself.</summary>
    public required bool IsErrorTerminal { get; init; }

    /// <summary>Columns of the terminal.</summary>
    public required int Width { get; init; }

    /// <summary>Reads environment variables.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>The clock, and the time zone in which times are shown.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Coloured data. It never wraps: a pipe gets whole lines and a terminal gets lines that were cut before.</summary>
    public IAnsiConsole Console => _console ??= Create(Output, IsTerminal);

    /// <summary>Coloured words.</summary>
    public IAnsiConsole Words => _words ??= Create(Error, IsErrorTerminal);

    private IAnsiConsole? _console;
    private IAnsiConsole? _words;

    /// <summary>The context of this process.</summary>
    public static CliContext OfProcess()
    {
        bool isTerminal = !System.Console.IsOutputRedirected;
        return new CliContext
        {
            Output = System.Console.Out,
            OutputBytes = System.Console.OpenStandardOutput(),
            Error = System.Console.Error,
            IsTerminal = isTerminal,
            IsErrorTerminal = !System.Console.IsErrorRedirected,
            Width = isTerminal ? WidthOfTerminal() : int.MaxValue,
            Environment = System.Environment.GetEnvironmentVariable,
            Time = TimeProvider.System,
        };
    }

    private static int WidthOfTerminal()
    {
        const int usual = 80;
        try
        {
            return System.Console.WindowWidth > 0 ? System.Console.WindowWidth : usual;
        }
        catch (IOException)
        {
            return usual;
        }
    }

    private IAnsiConsole Create(TextWriter writer, bool isTerminal)
    {
        const int neverWrap = 1_000_000;
        // https://no-color.org
        bool isPlain = !isTerminal || Environment("NO_COLOR") is { Length: > 0 } || Environment("TERM") == "dumb";
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Yes,
            ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Standard,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = neverWrap;
        return console;
    }
}
