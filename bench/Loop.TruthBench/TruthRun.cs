using Loop.TruthBench.Arms;
using Loop.TruthBench.Bugs;
using Loop.TruthBench.Builds;
using Loop.TruthBench.Capture;
using Loop.TruthBench.Checking;
using Loop.TruthBench.Matrix;
using Loop.TruthBench.Replays;
using Loop.TruthBench.Stack;

namespace Loop.TruthBench;

/// <summary>
/// The bench: (1) the programs are put in place, (2) each bug is proved to be one without Loop, (3) all bugs happen once behind real Envoys and the stack
/// is destroyed, (4) every arm is replayed from the recording alone, (5) verdicts are counted, beside those of a careless rule.
/// </summary>
internal sealed class TruthRun(TruthOptions options, TruthSources sources, Action<string> say, TimeProvider time)
{
    /// <summary>Runs it. Everything that was started is ended, whatever happens.</summary>
    /// <exception cref="BenchException">The bench is broken, or something that it needs is missing.</exception>
    public async Task<TruthResult> Run(CancellationToken cancellationToken)
    {
        BugCatalogue catalogue = BugCatalogue.Read(sources.Bugs).Only(options.Only);
        IReadOnlyList<Bug> bugs = (options.Third ? catalogue.Third() : catalogue).Bugs;
        Labels labels = Labels.Read(sources.Labels);
        string root = Directory.CreateTempSubdirectory("loop-truth-").FullName;
        bool keep = false;
        try
        {
            // 1.
            Workplace place = new(root, sources);
            await place.Install(bugs, cancellationToken);
            await Rows.WriteDumps(bugs, place, time, cancellationToken);
            // 2.
            IReadOnlyList<CheckedBug> checkedBugs = await new CheckedStack(place, bugs, time).Run(options.NegativesPerBug, cancellationToken);
            say($"checked without Loop: {bugs.Count} bugs, {checkedBugs.Sum(bug => bug.Negatives.Count)} mutants that are neither bug nor fix, {checkedBugs.Sum(bug => bug.Equivalent.Count)} left out that could not be told from one");
            if (options.CheckOnly)
                return new TruthResult([], new Count(0, 0), bugs.Count);
            // 3.
            await using LoopProcess loop = await LoopProcess.Start(options.Programs, place, options.Controls, time, cancellationToken);
            CapturedConversations capture = new(place, checkedBugs, time);
            IReadOnlyDictionary<string, string> conversations = await capture.Record(loop, cancellationToken);
            say($"captured and sealed: {conversations.Count} conversations ({capture.SentAgain} requests were sent again); services, proxies and rows are gone");
            // 4.
            return await Replay(place, loop, labels, checkedBugs, conversations, cancellationToken);
        }
        catch (BenchException failure)
        {
            keep = true;
            throw new BenchException($"{failure.Message}\nlogs: {Path.Combine(root, "logs")}");
        }
        finally
        {
            if (!keep)
                Directory.Delete(root, recursive: true);
        }
    }

    private async Task<TruthResult> Replay(
        Workplace place, LoopProcess loop, Labels labels, IReadOnlyList<CheckedBug> checkedBugs, IReadOnlyDictionary<string, string> conversations, CancellationToken cancellationToken)
    {
        ArmReplayer replayer = new(loop, place, labels, time);
        List<ArmReplay> replays = [];
        Count wrongAnswers = new(0, 0);
        foreach (Arm arm in checkedBugs.SelectMany(bug => Arm.Of(bug.Bug, bug.Negatives)))
        {
            bool isPadded = arm.Kind is ArmKind.Broken && arm.Bug.Broken is BrokenHow.TruncatedInput;
            string target = isPadded ? CapturedConversations.PaddedTarget(arm.Bug) : arm.Bug.Failing.Target;
            ArmReplay replay = await replayer.Replay(arm, conversations[target], cancellationToken);
            wrongAnswers += await replayer.WrongAnswers(replay, cancellationToken);
            replays.Add(replay);
            say($"{replay.Seconds:0.0} s  {replay}");
            await Keep(replay, cancellationToken);
        }

        return new TruthResult(replays, wrongAnswers, checkedBugs.Count);
    }

    private async Task Keep(ArmReplay replay, CancellationToken cancellationToken)
    {
        if (options.Reports is not { } folder)
            return;
        Directory.CreateDirectory(folder);
        string name = $"{replay.Arm.Bug.Language}.{replay.Arm.Bug.Name}.{replay.Arm.Name}.json";
        await File.WriteAllTextAsync(Path.Combine(folder, name), replay.Report?.ToString() ?? replay.Error, cancellationToken);
    }
}
