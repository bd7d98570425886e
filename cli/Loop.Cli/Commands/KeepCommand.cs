using System.CommandLine;
using Loop.Cli.Terminal;
using Loop.Client;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;

namespace Loop.Cli.Commands;

/// <summary><c>loopctl keep</c>: keeps what the rings still hold of a healthy request, or of a whole session, and notes what is wrong in it.</summary>
internal static class KeepCommand
{
    public static Command Create(CommandScope scope)
    {
        Argument<string?> key = new("KEY")
        {
            Description = "Trace id, traceparent or x-request-id; or a kept conversation, by the beginning of its id (at least 4 characters)",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> wrong = new("--wrong") { Description = "A recorded value that is wrong, for replays to judge: 'HOP response $.path'. Given again for the same place, the last one counts", HelpName = "PLACE" };
        Option<string?> expect = new("--expect") { Description = "What should stand there, as JSON or a word", HelpName = "VALUE" };
        Option<string?> session = new("--session") { Description = "Keep the requests of the session that this one belongs to (the newest 50, named as KEY), and print their ids, oldest first", HelpName = "KEY" };
        Option<bool> json = CommandScope.Json();
        var command = new Command("keep", "Keep a conversation that is still in the rings") { key, wrong, expect, session, json };
        scope.Handle(command, (result, client, cancellationToken) => result.GetValue(session) is { } named
            ? RunSession(scope.Context, client, Only(named, result.GetValue(key), result.GetValue(wrong), result.GetValue(expect)), result.GetValue(json), cancellationToken)
            : Run(scope.Context, client, result.GetValue(key), Place(result.GetValue(wrong), result.GetValue(expect)), result.GetValue(expect), result.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> Run(CliContext context, LoopClient client, string? key, string? wrong, string? expect, bool asJson, CancellationToken cancellationToken)
    {
        string id = await client.Keep(Key(key), wrong, expect, cancellationToken);
        if (asJson)
            JsonOutput.Document(context, new { id });
        else
            context.Output.WriteLine(SafeText.Line(id));
        context.Error.WriteLine($"Kept. See it with: loopctl show {SafeText.Line(id)}");
        return ExitCodes.Success;
    }

    private static async Task<int> RunSession(CliContext context, LoopClient client, string key, bool asJson, CancellationToken cancellationToken)
    {
        KeptSession session = await client.KeepSession(Key(key), cancellationToken);
        if (asJson)
        {
            JsonOutput.Document(context, session);
        }
        else
        {
            foreach (string id in session.Ids)
                context.Output.WriteLine(SafeText.Line(id));
        }

        context.Error.WriteLine(SafeText.Line($"Kept {Units.Count(session.Ids.Count, "conversation")} of one session, known by {string.Join(", ", session.ComparedBy)}; oldest first."));
        if (session.Missed > 0)
            context.Error.WriteLine($"{session.Missed} more were found and gone from the rings a moment later.");
        if (session.SilentNodes.Count > 0)
            context.Error.WriteLine(SafeText.Line($"{string.Join(", ", session.SilentNodes)} did not answer; what they hold is missing. Ask again."));
        return ExitCodes.Success;
    }

    private static string Key(string? key) => key switch
    {
        null => throw new UsageException("Say what to keep: loopctl keep KEY, or loopctl keep --session KEY."),
        _ when TraceKey.FromUserText(key).Count == 0 => throw new UsageException($"'{key}' is no trace id (16 or 32 hex digits), traceparent or request id, nor the beginning of a conversation's id."),
        _ => key,
    };

    private static string? Place(string? wrong, string? expect)
    {
        if (wrong is null && expect is not null)
            throw new UsageException("--expect says what should stand at a place that --wrong names.");
        if (wrong is not null && !AssertionText.TryParse(wrong, out _, out string? fault))
            throw new UsageException($"--wrong: {fault}.");
        return wrong;
    }

    private static string Only(string session, string? key, string? wrong, string? expect) =>
        (key ?? wrong ?? expect) is null ? session : throw new UsageException("--session stands alone: KEY, --wrong and --expect are of one conversation.");
}
