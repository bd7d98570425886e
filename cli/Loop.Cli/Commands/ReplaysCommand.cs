using System.CommandLine;
using Loop.Cli.Replays;
using Loop.Cli.Terminal;
using Loop.Client;
using Loop.Contracts.Replays;

namespace Loop.Cli.Commands;

/// <summary><c>loopctl replays list|show</c>: replays that were made.</summary>
internal static class ReplaysCommand
{
    public static Command Create(CommandScope scope) => new("replays", "Replays that were made") { List(scope), Show(scope) };

    private static Command List(CommandScope scope)
    {
        Option<string?> conversation = new("--conversation") { Description = "Only of this conversation", HelpName = "ID" };
        Option<int> limit = new("--limit") { Description = "How many, newest first", DefaultValueFactory = _ => 20, HelpName = "N" };
        Option<bool> json = CommandScope.Json();
        var command = new Command("list", "List replays") { conversation, limit, json };
        scope.Handle(command, async (result, client, cancellationToken) =>
        {
            IReadOnlyList<ReplayReport> replays = await client.ListReplays(result.GetValue(conversation), result.GetValue(limit), cancellationToken);
            if (result.GetValue(json))
                JsonOutput.Document(scope.Context, replays);
            else if (replays.Count == 0)
                scope.Context.Error.WriteLine("No replay was made yet: loopctl replay ID --destination host:port");
            else
                WriteTable(scope.Context, replays);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Show(CommandScope scope)
    {
        Argument<string> id = new("REPLAY") { Description = "Id of the replay" };
        Option<bool> json = CommandScope.Json();
        var command = new Command("show", "Show the report of one replay") { id, json };
        scope.Handle(command, async (result, client, cancellationToken) =>
        {
            ReplayReport report = await client.GetReplay(result.GetRequiredValue(id), cancellationToken);
            if (result.GetValue(json))
                JsonOutput.Document(scope.Context, report);
            else
                ReplayText.Write(scope.Context, report);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void WriteTable(CliContext context, IReadOnlyList<ReplayReport> replays)
    {
        var table = new TextTable("REPLAY", "CONVERSATION", "VERDICT", "DESTINATION", "WHEN", "REASON") { Elastic = [5] };
        foreach (ReplayReport replay in replays)
        {
            Cell verdict = replay.Verdict is { } known ? new Cell(ReplayText.NameOf(known), ReplayText.StyleOf(known)) : new Cell(replay.Stage);
            table.Add(replay.Id, replay.ConversationId, verdict, replay.Destination, Units.When(replay.StartedAt, context.Time), replay.Reason ?? "");
        }

        table.Write(context);
    }
}
