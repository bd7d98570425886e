using System.CommandLine;
using Loop.Cli.Promotion;
using Loop.Cli.Terminal;
using Loop.Cli.Testing;
using Loop.Client;
using Loop.Contracts.Replays;

namespace Loop.Cli.Commands;

/// <summary><c>loopctl promote</c>: keeps a failure as a test that runs anywhere.</summary>
internal static class PromoteCommand
{
    public static Command Create(CommandScope scope)
    {
        Argument<string> id = new("ID") { Description = "Conversation, or the beginning of its id" };
        Option<string> to = new("--to") { Description = "Folder of all tests; the new one is made in it", HelpName = "DIR", Required = true };
        Option<string?> name = new("--name") { Description = "Name of the new folder; else the conversation's id", HelpName = "NAME" };
        Option<string?> sandbox = new("--sandbox", "-s") { Description = "Sandbox file; else that of the newest sealed replay that reproduced the failure", HelpName = "FILE" };
        Option<string> expect = new("--expect-verdict") { Description = "The verdict that passes: fixed, or reproduced while the bug is open", HelpName = "VERDICT", DefaultValueFactory = _ => "fixed" };
        Option<bool> reviewed = new("--bodies-reviewed") { Description = "I read the bodies, and they may be shown to everybody who sees the folder" };
        Option<bool> json = CommandScope.Json();
        var command = new Command("promote", "Keep a reproduced failure as a test") { id, to, name, sandbox, expect, reviewed, json };
        scope.Handle(command, (result, client, cancellationToken) =>
        {
            string verdict = result.GetValue(expect)!;
            if (!TestExpectation.Verdicts.TryGetValue(verdict, out Verdict expected))
                throw new UsageException($"'{verdict}' (--expect-verdict) is no expectation; known are {string.Join(", ", TestExpectation.Verdicts.Keys)}.");
            if (result.GetValue(name) is { } given && !IsFolderName(given))
                throw new UsageException($"'{given}' (--name) is no name of a folder: letters, digits, dots, dashes and underscores, and no dot at the beginning.");
            var request = new PromotionRequest(result.GetRequiredValue(id), result.GetValue(to)!, result.GetValue(name), result.GetValue(sandbox), expected, result.GetValue(reviewed));
            return Run(scope, client, request, result.GetValue(json), cancellationToken);
        });
        return command;
    }

    private static async Task<int> Run(CommandScope scope, LoopClient client, PromotionRequest request, bool asJson, CancellationToken cancellationToken)
    {
        PromotedTest test;
        try
        {
            test = await new Promoter(client).Promote(request, cancellationToken);
        }
        catch (PromotionRefusedException refused)
        {
            return scope.Fail(ExitCodes.Usage, $"not promoted: {refused.Message}.", [.. refused.Hints]);
        }

        if (asJson)
            JsonOutput.Document(scope.Context, test);
        else
            scope.Context.Output.WriteLine(SafeText.Line(test.Folder));
        scope.Context.Error.WriteLine(SafeText.Line($"Passes when the verdict is {test.Expect}, in {Units.Count(test.Times, "run")}. Run it with: loopctl test {request.To}"));
        return ExitCodes.Success;
    }

    private static bool IsFolderName(string name) => name.Length is > 0 and <= 100 && name[0] != '.' && name.All(symbol => char.IsAsciiLetterOrDigit(symbol) || symbol is '.' or '-' or '_');
}
