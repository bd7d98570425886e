using System.Text.RegularExpressions;
using Xunit;

namespace Loop.Architecture.Tests;

public sealed partial class SourceShapeTests
{
    private static readonly string[] SourceFolders = ["contracts", "services", "cli", "infra", "samples", "tests", "bench"];

    [Fact]
    public void Files_Over500Lines_SayWhyAtTheTop()
    {
        foreach (string path in Sources())
        {
            string[] lines = File.ReadAllLines(path);
            bool explained = lines.Take(5).Any(line => line.StartsWith("// Long because", StringComparison.Ordinal));
            Assert.True(lines.Length <= 500 || explained, $"{Relative(path)} has {lines.Length} lines: split it, or begin it with '// Long because …'.");
        }
    }

    [Fact]
    public void Sources_NameNoPathOfAMachine()
    {
        foreach (string path in Sources())
            Assert.False(MachinePath().IsMatch(File.ReadAllText(path)), $"{Relative(path)} names a path of the machine it was written on.");
    }

    [Fact]
    public void Docs_NameOnlyPathsThatExist()
    {
        foreach (string path in Repository.Files("docs", "*.md").Append(Path.Combine(Repository.Root, "README.md")))
        {
            foreach (Match match in NamedPath().Matches(File.ReadAllText(path)))
            {
                string named = match.Groups[1].Value.TrimEnd('/', '.');
                Assert.True(Path.Exists(Path.Combine(Repository.Root, named)), $"{Relative(path)} names `{named}`, which does not exist: a change of code changes its doc in the same commit.");
            }
        }
    }

    private static IEnumerable<string> Sources() =>
        SourceFolders.Where(folder => Directory.Exists(Path.Combine(Repository.Root, folder))).SelectMany(folder => Repository.Files(folder, "*.cs"))
            .Where(path => !path.EndsWith("SourceShapeTests.cs", StringComparison.Ordinal));

    private static string Relative(string path) => Path.GetRelativePath(Repository.Root, path);

    [GeneratedRegex(@"[""'\s](/work/|/root/|/home/)")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"`((?:contracts|services|cli|infra|samples|tests|bench|docs)/[A-Za-z0-9_./-]+)`")]
    private static partial Regex NamedPath();
}
