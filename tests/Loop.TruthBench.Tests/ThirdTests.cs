using Loop.Testing.Envoy;
using Loop.TruthBench.Stack;
using Xunit;

namespace Loop.TruthBench.Tests;

/// <summary>The bench itself, for a fixed third of the bugs: real Envoys, a real loopd, real sandboxes, every arm.</summary>
public sealed class ThirdTests
{
    private static readonly string[] Needed = ["node", "go", "redis-server", "unshare", "setpriv"];

    [Fact]
    public async Task Third_OfTheBugs_GetsNoFalseVerdict()
    {
        RequireReal.EnvoyBinary();
        RequirePrograms();
        // One mutant of each bug: the others are for ./loop bench truth, which has the time.
        TruthOptions options = new() { Programs = AppContext.BaseDirectory, Third = true, NegativesPerBug = 1 };

        TruthResult result = await new TruthRun(options, TruthSources.Find(null), Console.WriteLine, TimeProvider.System).Run(TestContext.Current.CancellationToken);

        // Not the test's own output, which is shown only when it fails: the matrix belongs into the log of every run.
        Console.WriteLine(result);
        Assert.Equal(0, result.Matrix.FalseReproduced.Value);
        Assert.Equal(0, result.Matrix.FalseFixed.Value);
        Assert.True(result.WrongAnswers is { Value: 0, Of: > 0 }, $"wrong answers {result.WrongAnswers}");
        // Who always says "inconclusive" never lies: most of what happened must be said, too, also where a busy machine spoils some replays.
        Assert.True(result.Matrix.Reproduced.Value * 2 > result.Matrix.Reproduced.Of, $"reproduced {result.Matrix.Reproduced}");
        Assert.True(result.Matrix.Fixed.Value * 2 > result.Matrix.Fixed.Of, $"fixed {result.Matrix.Fixed}");
        Assert.True(result.TellsLiesApart, "judging by the entry alone scores no worse: the bench is broken");
    }

    private static void RequirePrograms()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        string[] missing = [.. Needed.Where(program => !folders.Any(folder => File.Exists(Path.Combine(folder, program))))];
        if (missing.Length > 0)
            RequireReal.Skip($"{string.Join(", ", missing)} not found; ./loop test installs what the bench needs when it runs as root");
        if (!Directory.Exists("/usr/lib/postgresql"))
            RequireReal.Skip("PostgreSQL not found; ./loop test installs what the bench needs when it runs as root");
        if (!File.Exists("/usr/lib/python3/dist-packages/psycopg2/__init__.py"))
            RequireReal.Skip("psycopg2 of the distribution's Python not found; ./loop test installs what the bench needs when it runs as root");
    }
}
