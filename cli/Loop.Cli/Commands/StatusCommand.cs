using System.CommandLine;
using Loop.Cli.Terminal;
using Loop.Client;
using Loop.Contracts.Api;

namespace Loop.Cli.Commands;

/// <summary><c>loopctl status</c>: is everything ready, and what do the capture nodes say of themselves.</summary>
internal static class StatusCommand
{
    public static Command Create(CommandScope scope)
    {
        Option<bool> json = CommandScope.Json();
        var command = new Command("status", "Health of capture, store and API; exits 0 only when all are ready") { json };
        scope.Handle(command, (result, client, cancellationToken) => Run(scope.Context, client, result.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> Run(CliContext context, LoopClient client, bool asJson, CancellationToken cancellationToken)
    {
        SystemStatus status = await client.GetStatus(cancellationToken);
        if (asJson)
            JsonOutput.Document(context, status);
        else
            StatusReport.Write(context, status);
        return status.Ready ? ExitCodes.Success : ExitCodes.NotReady;
    }
}
