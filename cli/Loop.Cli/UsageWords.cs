using System.CommandLine;
using System.Text.RegularExpressions;

namespace Loop.Cli;

/// <summary>The parser's complaints in loopctl's words: no names of .NET types, one line each.</summary>
internal static partial class UsageWords
{
    /// <summary>One complaint of the parser.</summary>
    public static string Of(string message) => UnparsableValue().Match(message) is { Success: true } value
        ? $"'{value.Groups["given"].Value}' ({value.Groups["option"].Value}) is no {NumberOf(value.Groups["type"].Value)}."
        : Breaks().Replace(message, " ");

    /// <summary>A verb is missing or unknown; the parser says both at once and names neither.</summary>
    public static string ForVerb(Command command, IReadOnlyList<string> unmatched)
    {
        string known = string.Join(", ", command.Subcommands.Select(verb => verb.Name));
        return unmatched.Count == 0 ? $"A verb is missing: {known}." : $"'{unmatched[0]}' is not known here; known are {known}.";
    }

    private static string NumberOf(string type) => type.Contains("Int", StringComparison.Ordinal) ? "whole number" : type.Contains("Double", StringComparison.Ordinal) ? "number" : "value that fits";

    [GeneratedRegex(@"^Cannot parse argument '(?<given>.*)' for option '(?<option>[^']+)' as expected type '(?<type>.+)'\.$", RegexOptions.Singleline)]
    private static partial Regex UnparsableValue();

    [GeneratedRegex(@"\s*[\r\n]\s*")]
    private static partial Regex Breaks();
}
