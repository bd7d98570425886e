using Loop.Cli.Terminal;
using Loop.Cli.Testing;
using Loop.Cli.Tests.Api;
using Microsoft.Extensions.Time.Testing;

namespace Loop.Cli.Tests.Testing;

public sealed class TestProgressTests
{
    [Fact]
    public void Progress_OnATerminal_OverwritesItselfAndTellsWhatIsLeft()
    {
        var time = new FakeTimeProvider();
        using var words = new StringWriter();
        var progress = new TestProgress(Context(words, time, isTerminal: true), [10, 10, 20]);
        progress.Begin("one");
        progress.Stage("one", Samples.Replay("run 1: started"));
        Assert.Equal(TimeSpan.FromSeconds(40), progress.Left());
        // Twice as slow as the machine on which the tests were kept.
        time.Advance(TimeSpan.FromSeconds(20));
        progress.End();
        progress.Begin("two");
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromSeconds(15 + 40), progress.Left());
        progress.Stage("two", Samples.Replay("run 1: sent"));
        progress.End();

        string[] lines = [.. words.ToString().Split('\r').Select(line => line.TrimEnd())];
        Assert.Equal(["", "[1/3] one …", "[1/3] one: run 1: started, about 40 s left", "", "", "[2/3] two …", "[2/3] two: run 1: sent, about 55 s left", "", ""], lines);
        Assert.DoesNotContain('\n', words.ToString());
    }

    [Fact]
    public void Progress_InALog_IsALinePerTest()
    {
        using var words = new StringWriter { NewLine = "\n" };
        var progress = new TestProgress(Context(words, new FakeTimeProvider(), isTerminal: false), [10]);
        progress.Begin("one\u001b[2J");
        progress.Stage("one", Samples.Replay("run 1: started"));
        progress.End();

        Assert.Equal("[1/1] one\\x1b[2J …\n", words.ToString());
    }

    private static CliContext Context(TextWriter words, TimeProvider time, bool isTerminal) => new()
    {
        Output = TextWriter.Null,
        OutputBytes = Stream.Null,
        Error = words,
        IsTerminal = isTerminal,
        IsErrorTerminal = isTerminal,
        Width = 80,
        Environment = _ => null,
        Time = time,
    };
}
