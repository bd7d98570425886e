namespace Loop.Replayer.Core.Verdicts;

/// <summary>What came of faults and edits in one run.</summary>
/// <param name="AnyTookPlace">At least one of them took place.</param>
/// <param name="Never">Those that did not, as typed.</param>
/// <param name="Difference">The first difference between the judged answer and the recorded one, in words; null when there is none.</param>
public sealed record WhatIfSight(bool AnyTookPlace, IReadOnlyList<string> Never, string? Difference)
{
    /// <summary>The judged hop in words; null for the entry.</summary>
    public string? Where { get; init; }
}
