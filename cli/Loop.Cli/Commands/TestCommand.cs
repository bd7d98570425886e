using System.CommandLine;
using Loop.Cli.Reports;
using Loop.Cli.Terminal;
using Loop.Cli.Testing;
using Loop.Client;

namespace Loop.Cli.Commands;

/// <summary><c>loopctl test</c>: runs what <c>loopctl promote</c> kept, with a server of its own unless one is named.</summary>
internal static class TestCommand
{
    public static Command Create(CommandScope scope)
    {
        Argument<string> directory = new("DIR") { Description = "Folder of tests, or one test" };
        Option<string?> sandbox = new("--sandbox", "-s") { Description = "Sandbox file in place of each test's own: where the builds under test lie", HelpName = "FILE" };
        Option<string?> build = new("--build") { Description = "Git revision of the builds under test, in place of what sandbox files name under build: git or image", HelpName = "REVISION" };
        Option<string?> logs = new("--logs") { Description = "Write what live services wrote there", HelpName = "DIR" };
        Option<bool> json = CommandScope.Json();
        var files = new ReportFiles();
        var command = new Command("test", "Run tests that were kept; exits 0 all as expected, 1 a failure, 3 nothing but errors beside what passed") { directory, sandbox, build, logs, files.JUnit, files.Summary, json };
        command.SetAction((result, cancellationToken) => scope.Guard(
            async () =>
            {
                string path = Path.GetFullPath(result.GetRequiredValue(directory));
                IReadOnlyList<string> folders = FoldersOf(path);
                files.Prepare(result);
                var options = new TestRunOptions(Absolute(result.GetValue(sandbox)), result.GetValue(build), Absolute(result.GetValue(logs)));
                DateTimeOffset startedAt = scope.Context.Time.GetUtcNow();
                IReadOnlyList<ReportedCase> cases = await Run(scope, result, options, folders, cancellationToken);
                await files.Write(result, Path.GetFileName(path), cases, startedAt, cancellationToken);
                if (result.GetValue(json))
                    TestText.WriteJson(scope.Context, cases);
                else
                    TestText.Write(scope.Context, cases);
                return CodeOf(cases);
            },
            cancellationToken));
        return command;
    }

    private static async Task<IReadOnlyList<ReportedCase>> Run(CommandScope scope, ParseResult result, TestRunOptions options, IReadOnlyList<string> folders, CancellationToken cancellationToken)
    {
        if (scope.NamesServer(result))
        {
            using LoopClient named = scope.ClientOf(result);
            // Once before all tests: that nobody answers is no result of any of them.
            await named.GetStatus(cancellationToken);
            return await new TestRun(scope.Context, named, options).Run(folders, cancellationToken);
        }

        await using OwnServer server = await OwnServer.Start(cancellationToken);
        using var own = new LoopClient(new LoopClientOptions { Url = server.Url });
        return await new TestRun(scope.Context, own, options).Run(folders, cancellationToken);
    }

    private static IReadOnlyList<string> FoldersOf(string path)
    {
        if (!Directory.Exists(path))
            throw new UsageException($"{path} is no folder; name one that loopctl promote --to wrote tests into.");
        if (File.Exists(Path.Combine(path, TestManifest.FileName)))
            return [path];
        // What begins with a dot is being written, or belongs to another tool.
        string[] folders = [.. Directory.EnumerateDirectories(path).Where(folder => !Path.GetFileName(folder).StartsWith('.')).Order(StringComparer.Ordinal)];
        return folders.Length > 0 ? folders : throw new UsageException($"{path} holds no test; keep one with loopctl promote ID --to {path}.");
    }

    private static string? Absolute(string? path) => path is null ? null : Path.GetFullPath(path);

    private static int CodeOf(IReadOnlyList<ReportedCase> cases) => cases switch
    {
        _ when cases.Any(one => one.Outcome is CaseOutcome.Failed) => ExitCodes.TestFailed,
        _ when cases.Any(one => one.Outcome is CaseOutcome.Error) => ExitCodes.TestInconclusive,
        _ => ExitCodes.Success,
    };
}
