using System.CommandLine;
using Loop.Cli.Conversations;
using Loop.Cli.Terminal;
using Loop.Client;
using Loop.Contracts.Api;

namespace Loop.Cli.Commands;

/// <summary><c>loopctl show</c>: one conversation, its hops, and the messages of the one that broke.</summary>
internal static class ShowCommand
{
    public static Command Create(CommandScope scope)
    {
        Argument<string> id = new("ID") { Description = "Conversation, or the beginning of its id (at least 4 characters)" };
        Option<bool> headers = new("--headers") { Description = "Print headers and trailers of all hops" };
        Option<bool> body = new("--body") { Description = "Print the bodies of all hops in full" };
        Option<bool> json = CommandScope.Json();
        var command = new Command("show", "Show one conversation: hops, timings, what is missing and why") { id, headers, body, json };
        scope.Handle(command, (result, client, cancellationToken) => Run(
            scope.Context, client, result.GetRequiredValue(id), result.GetValue(headers), result.GetValue(body), result.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> Run(CliContext context, LoopClient client, string id, bool withHeaders, bool withBodies, bool asJson, CancellationToken cancellationToken)
    {
        ConversationDetail conversation = await client.GetConversation(id, cancellationToken);
        if (asJson)
        {
            JsonOutput.Document(context, conversation);
            return ExitCodes.Success;
        }

        ConversationReport.Write(context, conversation);
        bool wantsAll = withHeaders || withBodies;
        var printer = new MessagePrinter(context, client, conversation.Id)
        {
            WithHeaders = withHeaders || !wantsAll,
            WithBodies = withBodies || !wantsAll,
            WithWholeBodies = withBodies,
        };
        // Unasked, only the hop that broke is opened: the rest is one option away.
        foreach (HopView hop in conversation.Hops.Where(hop => wantsAll || hop.Id == conversation.OriginHopId))
            await printer.Write(hop, cancellationToken);
        if (context.IsTerminal)
            context.Error.WriteLine($"\nReplay it: loopctl replay {SafeText.Line(id)} --destination host:port");
        return ExitCodes.Success;
    }
}
