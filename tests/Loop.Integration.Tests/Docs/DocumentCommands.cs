using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Loop.Integration.Tests.Docs;

/// <summary>
/// The runnable commands of a page: fences that begin with <c>```sh test</c>, or <c>```sh test exit=N</c> where another exit code than 0 is expected. They
/// run in order, in one directory, against a server with the shop of the demo before it; <c>$ID</c> is a kept conversation.
/// </summary>
internal static partial class DocumentCommands
{
    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<DocumentCommand> Of(string page) =>
        [.. Fence().Matches(File.ReadAllText(Path.Combine(Root, page))).Select(match => new DocumentCommand(
            match.Groups["commands"].Value, match.Groups["exit"].Success ? int.Parse(match.Groups["exit"].Value, System.Globalization.CultureInfo.InvariantCulture) : 0))];

    private static string FindRoot([CallerFilePath] string here = "")
    {
        string? folder = Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(Path.Combine(folder, "Loop.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("Loop.sln is not above this source file; run the tests from a checkout.");
    }

    [GeneratedRegex(@"^```sh test(?: exit=(?<exit>\d+))?\n(?<commands>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}

/// <summary>One fence.</summary>
/// <param name="Text">What a reader pastes.</param>
/// <param name="ExitCode">What comes of its last command.</param>
internal sealed record DocumentCommand(string Text, int ExitCode);
