using System.CommandLine;

namespace Loop.Cli.Reports;

/// <summary>The options that name report files, and the files.</summary>
internal sealed class ReportFiles
{
    /// <summary><c>--junit</c>.</summary>
    public Option<string?> JUnit { get; } = new("--junit") { Description = "Write JUnit XML there", HelpName = "FILE" };

    /// <summary><c>--summary</c>.</summary>
    public Option<string?> Summary { get; } = new("--summary") { Description = "Append Markdown there, for the summary page of a CI run", HelpName = "FILE" };

    /// <summary>Makes the folders of both files, so that a wrong path is told before the work and not after it.</summary>
    public void Prepare(ParseResult result)
    {
        foreach (string path in new[] { result.GetValue(JUnit), result.GetValue(Summary) }.OfType<string>())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            using FileStream file = File.Open(path, FileMode.OpenOrCreate, FileAccess.Write);
        }
    }

    /// <summary>Writes what was asked for.</summary>
    public async Task Write(ParseResult result, string title, IReadOnlyList<ReportedCase> cases, DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        if (result.GetValue(JUnit) is { } junit)
            await File.WriteAllTextAsync(junit, JUnitReport.Write(title, cases, startedAt), cancellationToken);
        // A CI's summary file may hold what earlier steps wrote.
        if (result.GetValue(Summary) is { } summary)
            await File.AppendAllTextAsync(summary, MarkdownSummary.Write(title, cases), cancellationToken);
    }
}
