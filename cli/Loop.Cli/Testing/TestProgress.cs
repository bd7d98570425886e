using Loop.Cli.Terminal;
using Loop.Contracts.Replays;

namespace Loop.Cli.Testing;

/// <summary>Tells on stderr how far a run of tests is: a line per test, or on a terminal one line that overwrites itself, with an estimate of what is left.</summary>
internal sealed class TestProgress(CliContext context, IReadOnlyList<double> usualSeconds)
{
    private readonly long _start = context.Time.GetTimestamp();
    private int _index = -1;
    private long _testStart;
    private int _shown;

    /// <summary>The next test begins.</summary>
    public void Begin(string name)
    {
        _index++;
        _testStart = context.Time.GetTimestamp();
        Show($"[{_index + 1}/{usualSeconds.Count}] {SafeText.Line(name)} …", isStage: false);
    }

    /// <summary>A test reached another stage.</summary>
    public void Stage(string name, ReplayReport report)
    {
        if (report.Verdict is null)
            Show($"[{_index + 1}/{usualSeconds.Count}] {SafeText.Line(name)}: {SafeText.Line(report.Stage)}, about {Units.Long(Left())} left", isStage: true);
    }

    /// <summary>Takes an overwritten line away.</summary>
    public void End()
    {
        if (_shown > 0)
            context.Error.Write($"\r{new string(' ', _shown)}\r");
        _shown = 0;
    }

    /// <summary>What is left of all tests: what each took when it was kept, by how much slower this machine has been so far.</summary>
    public TimeSpan Left()
    {
        double done = usualSeconds.Take(_index).Sum();
        double spent = (context.Time.GetElapsedTime(_start) - context.Time.GetElapsedTime(_testStart)).TotalSeconds;
        double pace = done > 0 ? spent / done : 1;
        double current = Math.Max(0, (usualSeconds[_index] * pace) - context.Time.GetElapsedTime(_testStart).TotalSeconds);
        return TimeSpan.FromSeconds(Math.Ceiling(current + (usualSeconds.Skip(_index + 1).Sum() * pace)));
    }

    private void Show(string text, bool isStage)
    {
        if (context.IsErrorTerminal)
        {
            string line = SafeText.Cut(text, Math.Max(context.Width - 1, 1));
            context.Error.Write($"\r{line.PadRight(Math.Min(_shown, 1000))}");
            _shown = line.Length;
        }
        else if (!isStage)
        {
            context.Error.WriteLine(text);
        }
    }
}
