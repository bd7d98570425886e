using System.CommandLine;
using Loop.Cli.Replays;
using Loop.Cli.Terminal;
using Loop.Client;
using Loop.Contracts.Replays;

namespace Loop.Cli.Commands;

/// <summary><c>loopctl replays list|show|log</c>: replays that were made.</summary>
internal static class ReplaysCommand
{
    public static Command Create(CommandScope scope) => new("replays", "Replays that were made") { List(scope), Show(scope), Log(scope) };

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
                scope.Context.Error.WriteLine("No replay was made yet: loopctl replay ID --sandbox FILE, or loopctl replay ID --destination host:port");
            else
                WriteTable(scope.Context, replays);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Show(CommandScope scope)
    {
        Argument<string> id = new("REPLAY") { Description = "Id of the replay" };
        Option<string?> diff = new("--diff") { Description = "Show one hop beside its recording, by number or id", HelpName = "HOP" };
        Option<int> run = Run();
        Option<bool> json = CommandScope.Json();
        var command = new Command("show", "Show the report of one replay") { id, diff, run, json };
        scope.Handle(command, async (result, client, cancellationToken) =>
        {
            if (result.GetValue(diff) is { } hop)
            {
                HopComparison comparison = await client.GetReplayedHop(result.GetRequiredValue(id), result.GetValue(run), hop, cancellationToken);
                if (result.GetValue(json))
                    JsonOutput.Document(scope.Context, comparison);
                else
                    HopDiff.Write(scope.Context, comparison);
                return ExitCodes.Success;
            }

            ReplayReport report = await client.GetReplay(result.GetRequiredValue(id), cancellationToken);
            if (result.GetValue(json))
                JsonOutput.Document(scope.Context, report);
            else
                ReplayText.Write(scope.Context, report);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Log(CommandScope scope)
    {
        Argument<string> id = new("REPLAY") { Description = "Id of the replay" };
        Argument<string> service = new("SERVICE") { Description = "Live service" };
        Option<int> run = Run();
        var command = new Command("log", "Print what a live service wrote in a run") { id, service, run };
        scope.Handle(command, async (result, client, cancellationToken) =>
        {
            await using RecordedBody log = await client.OpenReplayLog(result.GetRequiredValue(id), result.GetValue(run), result.GetRequiredValue(service), cancellationToken);
            using var reader = new StreamReader(log.Content);
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
                scope.Context.Output.WriteLine(SafeText.Block(line));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Option<int> Run() => new("--run") { Description = "Which run", DefaultValueFactory = _ => 1, HelpName = "N" };

    private static string WhatIf(ReplayReport replay) => ReplayText.WhatIfOf(replay).Count is > 0 and var count ? $"WHAT IF ({Units.Count(count, "change")}): " : "";

    private static void WriteTable(CliContext context, IReadOnlyList<ReplayReport> replays)
    {
        var table = new TextTable("REPLAY", "CONVERSATION", "VERDICT", "DESTINATION", "WHEN", "REASON") { Elastic = [5] };
        foreach (ReplayReport replay in replays)
        {
            Cell verdict = replay.Verdict is { } known ? new Cell(ReplayText.NameOf(known), ReplayText.StyleOf(known)) : new Cell(replay.Stage);
            table.Add(replay.Id, replay.ConversationId, verdict, replay.Destination, Units.When(replay.StartedAt, context.Time), $"{WhatIf(replay)}{replay.Reason}");
        }

        table.Write(context);
    }
}
