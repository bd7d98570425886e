using System.CommandLine;
using Loop.Cli.Conversations;
using Loop.Cli.Terminal;
using Loop.Client;
using Loop.Contracts.Api;

namespace Loop.Cli.Commands;

/// <summary><c>loopctl tail</c>: conversations as they are kept, change and are sealed; until Ctrl-C.</summary>
internal static class TailCommand
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    public static Command Create(CommandScope scope)
    {
        Option<bool> json = CommandScope.Json();
        json.Description = "Print one JSON document per line";
        Option<bool> controls = CommandScope.Controls();
        var command = new Command("tail", "Follow the conversations live") { controls, json };
        scope.Handle(command, (result, client, cancellationToken) => Run(scope.Context, client, result.GetValue(controls), result.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> Run(CliContext context, LoopClient client, bool controls, bool asJson, CancellationToken cancellationToken)
    {
        try
        {
            await Follow(context, client, controls, asJson, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how a tail ends well.
        }

        return ExitCodes.Success;
    }

    private static async Task Follow(CliContext context, LoopClient client, bool controls, bool asJson, CancellationToken cancellationToken)
    {
        // A server that never answered is a wrong address; one that did is waited for.
        await client.GetStatus(cancellationToken);
        TailLines lines = new(context);
        for (TimeSpan pause = FirstPause; ;)
        {
            string why = "the server ended the tail";
            try
            {
                await foreach (ConversationSummary summary in client.Tail(controls, cancellationToken))
                {
                    pause = FirstPause;
                    if (asJson)
                        JsonOutput.Line(context, summary);
                    else
                        lines.Write(summary);
                }
            }
            catch (LoopUnreachableException exception)
            {
                why = exception.Message;
            }

            context.Error.WriteLine($"loopctl: {SafeText.Line(why)}; connecting again in {pause.TotalSeconds:0.#} s");
            await Task.Delay(pause, context.Time, cancellationToken);
            pause = pause * 2 > LongestPause ? LongestPause : pause * 2;
        }
    }
}
