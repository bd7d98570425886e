namespace Loop.TruthBench;

/// <summary>What the bench runs.</summary>
internal sealed record TruthOptions
{
    /// <summary>Where loopd and loopctl are.</summary>
    public required string Programs { get; init; }

    /// <summary>Languages and bugs; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>A fixed third of the bugs, with few mutants each.</summary>
    public bool Third { get; init; }

    /// <summary>Mutants of each bug.</summary>
    public int NegativesPerBug { get; init; } = 12;

    /// <summary>
    /// True keeps a healthy conversation with each failure and replays it first. Most mutants and decoys break that one too, so that nothing is said of
    /// them; without, the comparison alone has to tell them from the bug, which is the harder question.
    /// </summary>
    public bool Controls { get; init; }

    /// <summary>Stops after the check of the bench itself.</summary>
    public bool CheckOnly { get; init; }

    /// <summary>Where every report goes; null for nowhere.</summary>
    public string? Reports { get; init; }
}
