using System.CommandLine;
using Loop.Cli.Replays;
using Loop.Cli.Terminal;
using Loop.Client;
using Loop.Contracts.Api;
using Loop.SandboxFiles;

namespace Loop.Cli.Commands;

/// <summary><c>loopctl sandbox init|check</c>: the file that says which services of a conversation run, and how.</summary>
internal static class SandboxCommand
{
    public static Command Create(CommandScope scope) => new("sandbox", "The file that says how services run in a replay") { Init(scope), Check(scope) };

    private static Command Init(CommandScope scope)
    {
        Argument<string> id = new("ID") { Description = "Conversation, or the beginning of its id" };
        Option<string> output = new("--output", "-o") { Description = "Where to write it; - for standard output", DefaultValueFactory = _ => SandboxFile.FileName, HelpName = "FILE" };
        Option<bool> force = new("--force") { Description = "Replace a file that is there" };
        Option<string?> fromReplay = new("--from-replay") { Description = "Replay in a sandbox whose unanswered calls are proposed; else the newest that had some", HelpName = "REPLAY" };
        var command = new Command("init", "Write a sandbox file from a conversation") { id, output, force, fromReplay };
        scope.Handle(command, (result, client, cancellationToken) =>
            Write(scope.Context, client, result.GetRequiredValue(id), result.GetValue(fromReplay), result.GetValue(output)!, result.GetValue(force), cancellationToken));
        return command;
    }

    private static Command Check(CommandScope scope)
    {
        Argument<string> path = new("FILE") { Description = "Sandbox file", DefaultValueFactory = _ => SandboxFile.FileName };
        Option<bool> json = CommandScope.Json();
        var command = new Command("check", "Say what is wrong with a sandbox file, and what it does not say yet") { path, json };
        command.SetAction((result, cancellationToken) => scope.Guard(() => Task.FromResult(Check(scope, result.GetValue(path)!, result.GetValue(json))), cancellationToken));
        return command;
    }

    private static async Task<int> Write(CliContext context, LoopClient client, string id, string? fromReplay, string output, bool force, CancellationToken cancellationToken)
    {
        ConversationDetail conversation = await client.GetConversation(id, cancellationToken);
        string text = SandboxFileWriter.Write(conversation, await UnansweredCalls.Of(client, conversation, fromReplay, cancellationToken));
        if (output is "-")
        {
            context.Output.Write(text);
            return ExitCodes.Success;
        }

        if (File.Exists(output) && !force)
            throw new UsageException($"{output} is there already: name another with --output, or replace it with --force.");
        await File.WriteAllTextAsync(output, text, cancellationToken);
        // The replayer reads no file that others may write.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(output, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        context.Output.WriteLine(SafeText.Line(output));
        context.Error.WriteLine($"Replace every 'unknown' in it, then: loopctl replay {SafeText.Line(id)} --sandbox {SafeText.Line(output)}");
        return ExitCodes.Success;
    }

    private static int Check(CommandScope scope, string path, bool asJson)
    {
        SandboxFileResult result = SandboxFileReader.Read(File.ReadAllText(path), path);
        string[] faults = [.. result.Faults.Select(fault => fault.ToString())];
        IReadOnlyList<string> unknown = result.File?.Unknown ?? [];
        if (asJson)
            JsonOutput.Document(scope.Context, new { faults, unknown });
        foreach (string fault in asJson ? [] : faults)
            scope.Context.Output.WriteLine(SafeText.Line(fault));
        foreach (string open in asJson ? [] : unknown)
            scope.Context.Output.WriteLine($"{SafeText.Line(open)}: unknown");
        return faults.Length == 0 ? ExitCodes.Success : ExitCodes.Usage;
    }
}
