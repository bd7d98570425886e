using System.CommandLine;
using System.CommandLine.Parsing;
using Loop.Cli.Replays;
using Loop.Cli.Terminal;
using Loop.Client;
using Loop.Contracts.Replays;

namespace Loop.Cli.Commands;

/// <summary><c>loopctl replay</c>: sends a kept conversation again and tells what came of it. Exit code = verdict.</summary>
internal static class ReplayCommand
{
    public static Command Create(CommandScope scope)
    {
        Argument<string?> id = new("ID") { Description = "Conversation, or the beginning of its id", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> idOption = new("--id") { Description = "The same, as an option", HelpName = "ID" };
        Option<string> destination = new("--destination", "-d") { Description = "Where to send it: host:port or URL", HelpName = "HOST:PORT", Required = true };
        Option<string?> hop = new("--hop") { Description = "Hop to send, by number or id; else the only root", HelpName = "HOP" };
        Option<string[]> header = new("--header", "-H") { Description = "Set a header, also one that was redacted; may be repeated", HelpName = "'NAME: VALUE'" };
        Option<double?> timeout = new("--timeout") { Description = "Longest wait for the answer", HelpName = "SECONDS" };
        Option<bool> json = CommandScope.Json();
        var command = new Command("replay", "Replay a conversation; exits 0 reproduced, 1 fixed, 2 diverged, 3 inconclusive")
        {
            id, idOption, destination, hop, header, timeout, json,
        };
        command.Validators.Add(result => RequireOneId(result, id, idOption));
        scope.Handle(command, (result, client, cancellationToken) =>
        {
            var request = new ReplayRequest
            {
                Conversation = result.GetValue(id) ?? result.GetValue(idOption)!,
                Destination = result.GetRequiredValue(destination),
                Hop = result.GetValue(hop),
                Headers = HeaderText.Parse(result.GetValue(header) ?? []),
                TimeoutSeconds = result.GetValue(timeout),
            };
            return Run(scope.Context, client, request, result.GetValue(json), cancellationToken);
        });
        return command;
    }

    private static void RequireOneId(CommandResult result, Argument<string?> id, Option<string?> idOption)
    {
        bool hasArgument = result.GetResult(id) is { Tokens.Count: > 0 };
        bool hasOption = result.GetResult(idOption) is { Tokens.Count: > 0 };
        if (hasArgument == hasOption)
            result.AddError(hasArgument ? "The conversation is named twice: ID and --id." : "Name the conversation: replay ID --destination host:port.");
    }

    private static async Task<int> Run(CliContext context, LoopClient client, ReplayRequest request, bool asJson, CancellationToken cancellationToken)
    {
        ReplayReport report = await ReplayFollower.Follow(context, client, request, cancellationToken);
        if (asJson)
            JsonOutput.Document(context, report);
        else
            ReplayText.Write(context, report);
        return (int)report.Verdict!.Value;
    }
}
