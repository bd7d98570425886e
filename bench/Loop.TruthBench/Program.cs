using System.CommandLine;
using Loop.Samples.Demo;
using Loop.TruthBench;
using Loop.TruthBench.Stack;

Option<DirectoryInfo> bin = new("--bin") { Description = "where loopd and loopctl are", Required = true, Hidden = true };
Option<FileInfo?> json = new("--json") { Description = "file for the matrix and every verdict" };
Option<DirectoryInfo?> reports = new("--reports") { Description = "folder for the report of every replay" };
Option<string[]> only = new("--only") { Description = "languages (csharp, python, node, go) or bugs", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = true };
Option<bool> third = new("--third") { Description = "the third that ./loop test runs" };
Option<bool> checkOnly = new("--check-only") { Description = "prove that the bugs are bugs, and stop" };
Option<int> negatives = new("--negatives") { Description = "mutants of each bug", DefaultValueFactory = _ => 12 };
Option<bool> controls = new("--controls") { Description = "replay a healthy conversation before each failure, as Loop does by itself; without, the comparison alone has to tell builds apart" };
RootCommand root = new("Proves that verdicts do not lie: replays bugs that are known, in builds that have them and in builds that do not.") { bin, json, reports, only, third, checkOnly, negatives, controls };
root.SetAction(async (parsed, cancellationToken) =>
{
    try
    {
        TruthOptions options = new()
        {
            Programs = parsed.GetRequiredValue(bin).FullName,
            Only = parsed.GetValue(only) ?? [],
            Third = parsed.GetValue(third),
            CheckOnly = parsed.GetValue(checkOnly),
            NegativesPerBug = parsed.GetValue(negatives),
            Controls = parsed.GetValue(controls),
            Reports = parsed.GetValue(reports)?.FullName,
        };
        string machine = BenchMachine.Describe(TimeProvider.System);
        Console.WriteLine($"{machine}\n");
        // Progress goes to standard error; standard output belongs to the tables.
        TruthResult result = await new TruthRun(options, TruthSources.Find(null), line => Console.Error.WriteLine($"  {line}"), TimeProvider.System).Run(cancellationToken);
        if (options.CheckOnly)
            return 0;
        Console.WriteLine(result);
        if (parsed.GetValue(json) is { } file)
            await File.WriteAllTextAsync(file.FullName, result.ToJson(machine), cancellationToken);
        if (!result.TellsLiesApart)
            throw new BenchException("the bench is broken: judging by the entry alone scores no worse");
        return result.Matrix.FalseReproduced.Value + result.Matrix.FalseFixed.Value + result.WrongAnswers.Value == 0 ? 0 : 1;
    }
    catch (Exception failure) when (failure is BenchException or DemoFailedException)
    {
        await Console.Error.WriteLineAsync($"bench truth: {failure.Message}");
        return 70;
    }
    catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
    {
        return 130;
    }
});
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
