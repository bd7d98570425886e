using Loop.Cli.Replays;
using Loop.Cli.Reports;
using Loop.Cli.Terminal;
using Loop.Client;
using Loop.Contracts.Replays;

namespace Loop.Cli.Testing;

/// <summary>How tests are run, beside what their folders say.</summary>
/// <param name="Sandbox">Absolute path of a sandbox file in place of each folder's; null uses the folder's.</param>
/// <param name="Build">Git revision of the builds under test; null leaves what sandbox files name.</param>
/// <param name="Logs">Absolute path of the folder that logs of live services are written to; null writes none.</param>
internal sealed record TestRunOptions(string? Sandbox, string? Build, string? Logs);

/// <summary>Runs test folders one after another against one server. Whatever is wrong with one of them is its own result; the others run.</summary>
internal sealed class TestRun(CliContext context, LoopClient client, TestRunOptions options)
{
    /// <summary>Runs all of them, in order.</summary>
    public async Task<IReadOnlyList<ReportedCase>> Run(IReadOnlyList<string> folders, CancellationToken cancellationToken)
    {
        (string Path, TestFolder? Folder, string? Fault)[] read = [.. folders.Select(Read)];
        var progress = new TestProgress(context, [.. read.Select(one => one.Folder?.Manifest.UsualSeconds ?? 0)]);
        List<ReportedCase> cases = [];
        foreach ((string path, TestFolder? folder, string? fault) in read)
        {
            string name = Path.GetFileName(path);
            progress.Begin(name);
            cases.Add(folder is null ? ReportedCase.NotRun(name, null, fault!, TimeSpan.Zero) : await Run(folder, progress, cancellationToken));
            progress.End();
        }

        return cases;
    }

    private static (string Path, TestFolder? Folder, string? Fault) Read(string path)
    {
        try
        {
            return (path, TestFolder.Read(path), null);
        }
        catch (Exception fault) when (fault is TestFolderException or IOException or UnauthorizedAccessException)
        {
            return (path, null, fault.Message);
        }
    }

    private async Task<ReportedCase> Run(TestFolder folder, TestProgress progress, CancellationToken cancellationToken)
    {
        long start = context.Time.GetTimestamp();
        try
        {
            foreach (TestConversation conversation in folder.Manifest.Conversations)
                await Import(folder, conversation, cancellationToken);
            ReplayRequest request = TestReplay.Of(folder, options.Sandbox ?? folder.SandboxPath, options.Build);
            ReplayReport report = await ReplayFollower.Follow(context, client, request, told => progress.Stage(folder.Name, told), cancellationToken);
            ReportedCase judged = ReportedCase.Of(folder.Name, folder.Expected, report, context.Time.GetElapsedTime(start), requireSealed: true);
            return options.Logs is { } logs ? judged with { LogFiles = await RunLogs.Write(client, report, Path.Combine(logs, folder.Name), cancellationToken) } : judged;
        }
        catch (Exception fault) when (fault is LoopClientException or TestFolderException)
        {
            return ReportedCase.NotRun(folder.Name, folder.Expected, fault.Message, context.Time.GetElapsedTime(start));
        }
    }

    private async Task Import(TestFolder folder, TestConversation conversation, CancellationToken cancellationToken)
    {
        await using FileStream document = File.OpenRead(folder.PathOf(conversation.File));
        try
        {
            await client.ImportConversation(document, cancellationToken);
        }
        catch (LoopApiException refused)
        {
            throw new TestFolderException(conversation.File, refused.Message);
        }
    }
}
