using System.CommandLine;
using Loop.Cli.Terminal;
using Loop.Client;
using Loop.Contracts.Exchanges;

namespace Loop.Cli.Commands;

/// <summary><c>loopctl keep</c>: keeps what the rings still hold of a healthy request.</summary>
internal static class KeepCommand
{
    public static Command Create(CommandScope scope)
    {
        Argument<string> key = new("KEY") { Description = "Trace id, traceparent or x-request-id" };
        Option<bool> json = CommandScope.Json();
        var command = new Command("keep", "Keep a conversation that is still in the rings") { key, json };
        scope.Handle(command, (result, client, cancellationToken) => Run(scope.Context, client, result.GetRequiredValue(key), result.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> Run(CliContext context, LoopClient client, string key, bool asJson, CancellationToken cancellationToken)
    {
        if (TraceKey.FromUserText(key).Count == 0)
            throw new UsageException($"'{key}' is no trace id (16 or 32 hex digits), traceparent or request id.");
        string id = await client.Keep(key, cancellationToken);
        if (asJson)
            JsonOutput.Document(context, new { id });
        else
            context.Output.WriteLine(SafeText.Line(id));
        context.Error.WriteLine($"Kept. See it with: loopctl show {SafeText.Line(id)}");
        return ExitCodes.Success;
    }
}
