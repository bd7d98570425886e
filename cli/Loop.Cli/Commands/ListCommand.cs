using System.CommandLine;
using Loop.Cli.Conversations;
using Loop.Cli.Terminal;
using Loop.Client;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;

namespace Loop.Cli.Commands;

/// <summary><c>loopctl list</c>: the kept conversations, newest first.</summary>
internal static class ListCommand
{
    private const int DefaultLimit = 50;

    public static Command Create(CommandScope scope)
    {
        Option<int> limit = new("--limit") { Description = "How many, newest first", DefaultValueFactory = _ => DefaultLimit, HelpName = "N" };
        limit.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out int value) && value < 1)
                result.AddError("--limit must be at least 1.");
        });
        Option<bool> controls = CommandScope.Controls();
        Option<bool> json = CommandScope.Json();
        var command = new Command("list", "List the kept conversations") { limit, controls, json };
        command.Aliases.Add("ls");
        scope.Handle(command, (result, client, cancellationToken) => Run(scope.Context, client, result.GetValue(limit), result.GetValue(controls), result.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> Run(CliContext context, LoopClient client, int limit, bool controls, bool asJson, CancellationToken cancellationToken)
    {
        List<ConversationSummary> summaries = [];
        await foreach (ConversationSummary summary in client.ListAllConversations(limit, controls, cancellationToken))
            summaries.Add(summary);
        if (asJson)
            JsonOutput.Document(context, summaries);
        else if (summaries.Count == 0)
            context.Error.WriteLine("Nothing was kept yet. A failing request is kept by itself; a healthy one with: loopctl keep <trace id or x-request-id>");
        else
            WriteTable(context, summaries);
        return ExitCodes.Success;
    }

    private static void WriteTable(CliContext context, List<ConversationSummary> summaries)
    {
        IReadOnlyDictionary<string, string> prefixes = ShortestPrefix.Of(summaries.Select(summary => summary.Id));
        var table = new TextTable("ID", "PATH", "VERB", "STATUS", "DESTINATION", "WHEN", "HOPS", "FAILING") { Elastic = [1, 7], RightAligned = [6] };
        foreach (ConversationSummary summary in summaries)
        {
            table.Add(
                new Cell(prefixes[summary.Id], "bold"),
                summary.Path ?? "–",
                summary.Method ?? "–",
                new Cell(StatusText.Of(summary.Status, null), StatusText.Style(summary.Status, null)),
                summary.Destination ?? "–",
                Units.When(summary.StartedAt, context.Time),
                summary.Hops.ToString(),
                Failing(summary));
        }

        table.Write(context);
    }

    private static Cell Failing(ConversationSummary summary)
    {
        List<string> words = [summary.Failing ?? $"{summary.Trigger.Rule}: {summary.Trigger.Reason}"];
        if (summary.Recovered)
            words.Add("recovered");
        if (summary.State is ConversationState.Open)
            words.Add("collecting");
        if (summary.Missing > 0)
            words.Add($"{summary.Missing} missing");
        return new Cell(string.Join(" · ", words), summary.Failing is null || summary.Recovered ? StatusText.Doubtful : StatusText.Bad);
    }
}
