using Loop.TruthBench.Bugs;

namespace Loop.TruthBench.Builds;

/// <summary>A change that makes another build of one. What each does is written once per language, in the programs under test.</summary>
/// <param name="Name">As in a build's file.</param>
/// <param name="Variant">The build that is changed.</param>
/// <param name="Needs">What a bug must have for the change to be one.</param>
internal sealed record MutationOperator(string Name, string Variant, OperatorNeeds Needs)
{
    /// <summary>All, in the order in which they are dealt to the bugs. Their ground truth: <c>docs/benchmarks/README.md</c>.</summary>
    public static IReadOnlyList<MutationOperator> All { get; } =
    [
        new("other-detail", "buggy", OperatorNeeds.Nothing),
        new("status-503", "fixed", OperatorNeeds.Nothing),
        new("extra-call", "buggy", OperatorNeeds.Nothing),
        new("status-503", "buggy", OperatorNeeds.Nothing),
        new("swallowed", "buggy", OperatorNeeds.Nothing),
        new("dropped-calls", "buggy", OperatorNeeds.Calls),
        new("other-type", "buggy", OperatorNeeds.Nothing),
        new("late-check", "fixed", OperatorNeeds.Nothing),
        new("changed-query", "buggy", OperatorNeeds.Calls),
        new("truncated", "buggy", OperatorNeeds.Nothing),
        new("media-text", "buggy", OperatorNeeds.Nothing),
        new("repeated-call", "buggy", OperatorNeeds.Calls),
        new("swapped-calls", "buggy", OperatorNeeds.Pair),
        new("swallowed", "fixed", OperatorNeeds.Nothing),
        new("empty-body", "buggy", OperatorNeeds.Nothing),
        new("reset", "buggy", OperatorNeeds.Nothing),
        new("changed-method", "buggy", OperatorNeeds.Calls),
        new("added-member", "buggy", OperatorNeeds.Nothing),
        new("extra-call", "fixed", OperatorNeeds.Nothing),
        new("status-404", "buggy", OperatorNeeds.Nothing),
        new("default-page", "buggy", OperatorNeeds.Nothing),
        new("truncated", "fixed", OperatorNeeds.Nothing),
        new("changed-path", "buggy", OperatorNeeds.Calls),
        new("other-title", "buggy", OperatorNeeds.Nothing),
        new("removed-detail", "buggy", OperatorNeeds.Nothing),
        new("reset", "fixed", OperatorNeeds.Nothing),
        new("repeated-call", "fixed", OperatorNeeds.Calls),
    ];

    /// <summary>The operators that fit a bug, beginning with another one for each bug, so that few per bug still use all.</summary>
    public static IEnumerable<MutationOperator> Dealt(Bug bug, int place)
    {
        MutationOperator[] fitting = [.. All.Where(candidate => candidate.Fits(bug))];
        // 5 is prime to the usual lengths: neighbours begin far from each other.
        return fitting.Select((_, index) => fitting[(index + (place * 5)) % fitting.Length]);
    }

    /// <summary>The build; <paramref name="buggyAnswer"/> is what the buggy build answered when it was checked.</summary>
    public Build Build(Bug bug, string buggyAnswer) => new(Variant, Name, Name == "dropped-calls" ? buggyAnswer : null, bug.Failing.Target);

    private bool Fits(Bug bug) => Needs switch
    {
        OperatorNeeds.Calls => bug.Calls,
        OperatorNeeds.Pair => bug.HasPair,
        _ => true,
    };
}

/// <summary>What a bug must have so that an operator changes anything.</summary>
internal enum OperatorNeeds
{
    Nothing,
    Calls,
    Pair,
}
