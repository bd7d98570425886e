using System.CommandLine;
using System.CommandLine.Parsing;
using Loop.Cli.Commands;
using Loop.Cli.Terminal;

namespace Loop.Cli;

/// <summary>The table of verbs, and one run of one of them.</summary>
public static class LoopctlApplication
{
    /// <summary>Runs <paramref name="arguments"/> and returns the exit code (<see cref="ExitCodes"/>).</summary>
    public static async Task<int> Run(string[] arguments, CliContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var scope = new CommandScope(context);
        ParseResult result = Create(scope).Parse(arguments);
        if (result.Errors.Count > 0)
            return RefuseUsage(scope, result);
        var configuration = new InvocationConfiguration
        {
            Output = context.Output,
            Error = context.Error,
            EnableDefaultExceptionHandler = false,
            // A proxy ends what is in progress first.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(5),
        };
        return await result.InvokeAsync(configuration, cancellationToken);
    }

    private static RootCommand Create(CommandScope scope)
    {
        var root = new RootCommand("Loop keeps the whole conversation of a failing request and replays it by id.")
        {
            ListCommand.Create(scope),
            ShowCommand.Create(scope),
            BodyCommand.Create(scope),
            TailCommand.Create(scope),
            KeepCommand.Create(scope),
            ReplayCommand.Create(scope),
            ReplaysCommand.Create(scope),
            SandboxCommand.Create(scope),
            PromoteCommand.Create(scope),
            TestCommand.Create(scope),
            StatusCommand.Create(scope),
            ProxyCommand.Create(scope),
            EnvoyConfigCommand.Create(),
        };
        root.Options.Add(scope.Url);
        root.Options.Add(scope.Token);
        return root;
    }

    private static int RefuseUsage(CommandScope scope, ParseResult result)
    {
        Command command = result.CommandResult.Command;
        List<string> words = [.. result.Errors.Select(error => UsageWords.Of(error.Message)).Distinct()];
        // Without a verb the parser complains twice; what it says of an option of the root stays as it is.
        if (command.Subcommands.Count > 0 && result.Errors.Any(error => error.SymbolResult is CommandResult))
            words = [UsageWords.ForVerb(command, result.UnmatchedTokens)];
        if (Nearest(command, result.UnmatchedTokens) is { } nearest)
            words.Add($"Did you mean '{nearest}'?");
        words.Add($"Try: {PathOf(result.CommandResult)} --help");
        return scope.Fail(ExitCodes.Usage, words[0], [.. words.Skip(1)]);
    }

    private static string? Nearest(Command command, IReadOnlyList<string> tokens)
    {
        if (tokens.Count == 0 || command.Subcommands.Count == 0)
            return null;
        string token = tokens[0];
        string nearest = command.Subcommands.Select(verb => verb.Name).MinBy(name => EditDistance.Between(name, token))!;
        return EditDistance.Between(nearest, token) <= 2 ? nearest : null;
    }

    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "loopctl";
}
