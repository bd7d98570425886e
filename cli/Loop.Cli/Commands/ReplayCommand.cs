using System.CommandLine;
using System.CommandLine.Parsing;
using Loop.Cli.Replays;
using Loop.Cli.Reports;
using Loop.Cli.Terminal;
using Loop.Client;
using Loop.Contracts.Replays;

namespace Loop.Cli.Commands;

/// <summary><c>loopctl replay</c>: sends a kept conversation again and tells what came of it. Exit code = verdict.</summary>
internal static class ReplayCommand
{
    public static Command Create(CommandScope scope)
    {
        Argument<string[]> ids = new("ID") { Description = "Conversation, or the beginning of its id; in a sandbox also several: the last one is judged, the others are replayed before it", Arity = ArgumentArity.ZeroOrMore };
        Option<string?> idOption = new("--id") { Description = "The same, as an option", HelpName = "ID" };
        Option<string?> destination = new("--destination", "-d") { Description = "Where to send it: host:port or URL", HelpName = "HOST:PORT" };
        Option<string?> sandbox = new("--sandbox", "-s") { Description = "Run copies of the services that this file names, sealed off, with the recording around them", HelpName = "FILE" };
        Option<string[]> live = new("--live") { Description = "Services of the file to run, comma-separated; else all", HelpName = "A,B" };
        Option<string[]> recorded = new("--recorded") { Description = "Services of the file to answer from the recording all the same", HelpName = "A,B" };
        Option<string?> fromHop = new("--from-hop") { Description = "Drive only what lies at and below this hop", HelpName = "HOP" };
        Option<string?> judge = new("--judge") { Description = "Hop that decides instead of the one that failed by itself", HelpName = "HOP" };
        Option<int> times = new("--times") { Description = "Runs, each with fresh processes and state", DefaultValueFactory = _ => 1, HelpName = "N" };
        Option<string?> wrong = new("--wrong") { Description = "A wrong value in a healthy answer that decides: 'HOP response $.path'", HelpName = "PLACE" };
        Option<string?> expect = new("--expect") { Description = "What that value should be", HelpName = "VALUE" };
        Option<bool> permute = new("--permute") { Description = "Where equal calls were answered differently at the same time, try every way to hand out the answers (at most 6)" };
        Option<string[]> fault = new("--fault") { Description = "What if: 'SERVICE#2 delay=3s', status=503 [body=…], reset or truncate=100; may be repeated", HelpName = "FAULT" };
        Option<string[]> edit = new("--edit") { Description = "What if: 'HOP response $.path=VALUE', 'HOP request header NAME=VALUE'; may be repeated", HelpName = "EDIT" };
        Option<string?> against = new("--against") { Description = "Then replay with this sandbox file too, with the first replay as its baseline; its verdict counts", HelpName = "FILE" };
        Option<int> learnNoise = new("--learn-noise") { Description = "First learn from so many runs of the recorded build what varies by itself (5 or more)", HelpName = "N" };
        Option<string?> noise = new("--noise") { Description = "Do not compare what that earlier replay learned to vary", HelpName = "REPLAY" };
        Option<string?> hop = new("--hop") { Description = "Hop to send, by number or id; else the only root", HelpName = "HOP" };
        Option<string[]> header = new("--header", "-H") { Description = "Set a header, also one that was redacted; may be repeated", HelpName = "'NAME: VALUE'" };
        Option<double?> timeout = new("--timeout") { Description = "Longest wait for the answer", HelpName = "SECONDS" };
        Option<bool> json = CommandScope.Json();
        var files = new ReportFiles();
        var command = new Command("replay", "Replay a conversation; exits 0 reproduced, 1 fixed, 2 diverged, 3 inconclusive, 4 unchanged (what if)")
        {
            ids, idOption, destination, sandbox, live, recorded, fromHop, judge, times, wrong, expect, permute, fault, edit, against, learnNoise, noise, hop, header, timeout, files.JUnit, files.Summary, json,
        };
        command.Validators.Add(result => RequireOneId(result, ids, idOption, destination));
        command.Validators.Add(result => RequireOneWay(result, destination, sandbox, [live, recorded, fromHop, judge, times, wrong, expect, permute, fault, edit, against, learnNoise, noise]));
        command.Validators.Add(result =>
        {
            if (result.GetResult(against) is { Tokens.Count: > 0 } && (result.GetResult(fault) ?? result.GetResult(edit)) is not null)
                result.AddError("--against compares with a replay of what was recorded; with --fault or --edit there is none. Ask one after the other.");
        });
        scope.Handle(command, async (result, client, cancellationToken) =>
        {
            files.Prepare(result);
            var request = new ReplayRequest
            {
                Conversation = result.GetValue(ids) is [.., string last] ? last : result.GetValue(idOption)!,
                Destination = result.GetValue(destination),
                Sandbox = result.GetValue(sandbox) is { } file
                    ? new SandboxReplay
                    {
                        File = Path.GetFullPath(file),
                        Live = Names(result.GetValue(live)),
                        Recorded = Names(result.GetValue(recorded)),
                        Before = [.. (result.GetValue(ids) ?? []).SkipLast(1)],
                        Judge = result.GetValue(judge),
                        Times = result.GetValue(times),
                        Wrong = result.GetValue(wrong),
                        Expect = result.GetValue(expect),
                        LearnNoise = result.GetValue(learnNoise),
                        Noise = result.GetValue(noise),
                        Permute = result.GetValue(permute),
                        Faults = result.GetValue(fault) ?? [],
                        Edits = result.GetValue(edit) ?? [],
                    }
                    : null,
                Hop = result.GetValue(hop) ?? result.GetValue(fromHop),
                Headers = HeaderText.Parse(result.GetValue(header) ?? []),
                TimeoutSeconds = result.GetValue(timeout),
            };
            (DateTimeOffset startedAt, long start) = (scope.Context.Time.GetUtcNow(), scope.Context.Time.GetTimestamp());
            ReplayReport report = await Run(scope.Context, client, request, result.GetValue(against), cancellationToken);
            // Whoever asks for such files wants the failure to be gone; or, of a what-if, the entry to cope.
            Verdict expected = report.Sandbox is { WhatIf.Count: > 0 } ? Verdict.Unchanged : Verdict.Fixed;
            ReportedCase reported = ReportedCase.Of(report.ConversationId, expected, report, scope.Context.Time.GetElapsedTime(start), requireSealed: false);
            await files.Write(result, "loopctl replay", [reported], startedAt, cancellationToken);
            if (result.GetValue(json))
                JsonOutput.Document(scope.Context, report);
            else
                ReplayText.Write(scope.Context, report);
            return (int)report.Verdict!.Value;
        });
        return command;
    }

    private static string[] Names(string[]? texts) => [.. (texts ?? []).SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    private static void RequireOneWay(CommandResult result, Option<string?> destination, Option<string?> sandbox, Option[] onlyInSandbox)
    {
        bool hasDestination = result.GetResult(destination) is { Tokens.Count: > 0 };
        bool hasSandbox = result.GetResult(sandbox) is { Tokens.Count: > 0 };
        if (hasDestination == hasSandbox)
            result.AddError(hasDestination ? "Give one of the two: --destination or --sandbox." : "Say where to replay: --destination HOST:PORT, or --sandbox FILE (loopctl sandbox init ID writes one).");
        if (hasDestination && onlyInSandbox.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } wrong)
            result.AddError($"{wrong.Name} goes with --sandbox.");
    }

    private static void RequireOneId(CommandResult result, Argument<string[]> ids, Option<string?> idOption, Option<string?> destination)
    {
        bool hasArgument = result.GetResult(ids) is { Tokens.Count: > 0 };
        bool hasOption = result.GetResult(idOption) is { Tokens.Count: > 0 };
        if (result.GetResult(ids) is { Tokens.Count: > 1 } && result.GetResult(destination) is { Tokens.Count: > 0 })
            result.AddError("Several conversations go with --sandbox; to a destination one is sent at a time.");
        if (hasArgument == hasOption)
            result.AddError(hasArgument ? "The conversation is named twice: ID and --id." : "Name the conversation: replay ID --destination host:port, or replay ID --sandbox FILE.");
    }

    // What varies was learned from the build that fails; the other one is judged by the same mask.
    private static SandboxReplay Against(SandboxReplay first, string file, ReplayReport report) => first with
    {
        File = Path.GetFullPath(file),
        LearnNoise = 0,
        Noise = report.Sandbox?.Noise is { MaskSha256: not null } ? report.Id : null,
    };

    private static async Task<ReplayReport> Run(CliContext context, LoopClient client, ReplayRequest request, string? against, CancellationToken cancellationToken)
    {
        ReplayReport report = await ReplayFollower.Follow(context, client, request, cancellationToken);
        if (against is null)
            return report;
        context.Error.WriteLine($"baseline: {ReplayText.NameOf(report.Verdict!.Value)} ({SafeText.Line(report.Reason ?? "")})");
        return await ReplayFollower.Follow(context, client, request with { Sandbox = Against(request.Sandbox!, against, report) }, cancellationToken);
    }
}
