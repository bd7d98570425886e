using System.CommandLine;
using Loop.Cli.Conversations;
using Loop.Cli.Terminal;
using Loop.Client;

namespace Loop.Cli.Commands;

/// <summary><c>loopctl body</c>: one body, byte for byte, to stdout or a file; in a terminal made readable.</summary>
internal static class BodyCommand
{
    public static Command Create(CommandScope scope)
    {
        Argument<string> id = new("ID") { Description = "Conversation, or the beginning of its id" };
        Argument<string> hop = new("HOP") { Description = "Number or id of the hop" };
        Argument<string> side = new("SIDE") { Description = "request or response" };
        side.AcceptOnlyFromAmong("request", "response");
        Option<bool> raw = new("--raw") { Description = "As it crossed the wire: compressed bodies stay compressed" };
        Option<FileInfo?> output = new("--output", "-o") { Description = "Write to a file", HelpName = "FILE" };
        var command = new Command("body", "Write one body") { id, hop, side, raw, output };
        scope.Handle(command, async (result, client, cancellationToken) =>
        {
            MessageSide which = result.GetRequiredValue(side) == "request" ? MessageSide.Request : MessageSide.Response;
            await using RecordedBody body = await client.OpenBody(result.GetRequiredValue(id), result.GetRequiredValue(hop), which, !result.GetValue(raw), cancellationToken);
            await Write(scope.Context, body, result.GetValue(output), result.GetValue(raw), cancellationToken);
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task Write(CliContext context, RecordedBody body, FileInfo? output, bool isRaw, CancellationToken cancellationToken)
    {
        if (output is not null)
        {
            await using FileStream file = output.Create();
            await body.Content.CopyToAsync(file, cancellationToken);
            context.Error.WriteLine($"{Units.Bytes(file.Length)} written to {output.FullName}");
        }
        else if (context.IsTerminal && !isRaw)
        {
            using var bytes = new MemoryStream();
            await body.Content.CopyToAsync(bytes, cancellationToken);
            foreach (string line in BodyText.Lines(bytes.ToArray()))
                context.Output.WriteLine(line);
        }
        else
        {
            await body.Content.CopyToAsync(context.OutputBytes, cancellationToken);
            await context.OutputBytes.FlushAsync(cancellationToken);
        }
    }
}
