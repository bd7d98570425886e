using System.Diagnostics;
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

    [Fact]
    public async Task Launcher_KnowsEveryScenarioOfTheBench()
    {
        string launcher = await File.ReadAllTextAsync(Path.Combine(Root(), "loop"), TestContext.Current.CancellationToken);
        string[] scenarios = [.. Directory.EnumerateFiles(Path.Combine(Root(), "bench", "Loop.LoadLab"), "*Scenario.cs", SearchOption.AllDirectories)
            .Select(file => Scenario().Match(File.ReadAllText(file)).Groups[1].Value).Where(name => name.Length > 0)];

        Assert.Equal(Benches().Match(launcher).Groups[1].Value.Split(' ').Order(), scenarios.Order());
    }

    [Theory]
    [InlineData("bench", "nonsense")]
    [InlineData("bench", "ingest", "nonsense")]
    [InlineData("nonsense")]
    [InlineData("test", "nonsense")]
    public async Task Launcher_OfAnUnknownName_RefusesBeforeItBuilds(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Path.Combine(Root(), "loop"), arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(64, process.ExitCode);
        Assert.Contains("'nonsense'", error, StringComparison.Ordinal);
        Assert.DoesNotContain("building", error, StringComparison.Ordinal);
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath("../..", Path.GetDirectoryName(here)!);

    [GeneratedRegex("""^loopctl_verbs=" (.*) "$""", RegexOptions.Multiline)]
    private static partial Regex Known();

    [GeneratedRegex("""^bench_names=" (.*) "$""", RegexOptions.Multiline)]
    private static partial Regex Benches();

    [GeneratedRegex("""public string Name => "([a-z]+)";""")]
    private static partial Regex Scenario();

    [GeneratedRegex("""^  (build \|.*)\) "cmd_""", RegexOptions.Multiline)]
    private static partial Regex Own();

    [GeneratedRegex("""^  ([a-z]+)""", RegexOptions.Multiline)]
    private static partial Regex Verb();
}
