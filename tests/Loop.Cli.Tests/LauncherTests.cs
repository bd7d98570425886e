using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Loop.Cli.Tests.Api;
using Xunit;

namespace Loop.Cli.Tests;

/// <summary>The launcher knows which verbs are loopctl's, so that it need not build loopctl to refuse one.</summary>
public sealed partial class LauncherTests
{
    [Fact]
    public async Task Launcher_KnowsEveryVerbOfLoopctl()
    {
        string launcher = await File.ReadAllTextAsync(Path.Combine(Root(), "loop"), TestContext.Current.CancellationToken);
        string[] known = [.. Known().Match(launcher).Groups[1].Value.Split(' '), .. Own().Match(launcher).Groups[1].Value.Split(" | "), "test"];
        LoopctlRun help = await LoopctlRun.Of(null, "--help");
        string[] verbs = [.. Verb().Matches(help.Output[help.Output.IndexOf("Commands:", StringComparison.Ordinal)..]).Select(match => match.Groups[1].Value)];

        Assert.True(verbs.Length > 5, help.Output);
        Assert.Empty(verbs.Except(known));
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath("../..", Path.GetDirectoryName(here)!);

    [GeneratedRegex("""^loopctl_verbs=" (.*) "$""", RegexOptions.Multiline)]
    private static partial Regex Known();

    [GeneratedRegex("""^  (build \|.*)\) "cmd_""", RegexOptions.Multiline)]
    private static partial Regex Own();

    [GeneratedRegex("""^  ([a-z]+)""", RegexOptions.Multiline)]
    private static partial Regex Verb();
}
