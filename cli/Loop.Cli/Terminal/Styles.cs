using Spectre.Console;

namespace Loop.Cli.Terminal;

/// <summary>Writes pieces of a line in a style; Spectre drops the style where nobody sees colour.</summary>
public static class Styles
{
    /// <summary>Writes <paramref name="text"/>, which must be safe already, in a Spectre style; empty for none.</summary>
    public static void Put(this IAnsiConsole console, string text, string style = "")
    {
        ArgumentNullException.ThrowIfNull(console);
        if (text.Length > 0)
            console.Write(new Text(text, style.Length == 0 ? Style.Plain : Style.Parse(style)));
    }

    /// <summary>The same, and ends the line.</summary>
    public static void PutLine(this IAnsiConsole console, string text = "", string style = "")
    {
        console.Put(text, style);
        console.WriteLine();
    }
}
