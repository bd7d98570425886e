using Xunit;

namespace Loop.Integration.Tests.Docs;

/// <summary>What the pages tell a reader to type works.</summary>
public sealed class DocumentCommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_EveryRunnableCommand_EndsAsThePageSays()
    {
        string[] pages = ["README.md", .. Directory.EnumerateFiles(Path.Combine(DocumentCommands.Root, "docs/how-to"), "*.md").Select(path => Path.GetRelativePath(DocumentCommands.Root, path)).Order(StringComparer.Ordinal)];
        (string Page, DocumentCommand Command)[] commands = [.. pages.SelectMany(page => DocumentCommands.Of(page).Select(command => (page, command)))];
        Assert.True(commands.Length >= 10, $"Only {commands.Length} fences are marked as runnable: did the convention change?");
        await using ReaderMachine machine = await ReaderMachine.Start(Cancellation);
        var faults = new List<string>();
        foreach ((string page, DocumentCommand command) in commands)
        {
            (int exitCode, string output) = await machine.Run(command.Text, Cancellation);
            if (exitCode != command.ExitCode)
                faults.Add($"{page}: exit code {exitCode} instead of {command.ExitCode}:\n{command.Text}{output}");
        }

        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
    }
}
