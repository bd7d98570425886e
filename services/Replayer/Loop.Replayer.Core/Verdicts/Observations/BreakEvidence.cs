namespace Loop.Replayer.Core.Verdicts;

/// <summary>What a sandbox knows of a call that did not end by itself. The phase is part of <see cref="EndKind"/>.</summary>
/// <param name="SameParty">The same party gave up.</param>
/// <param name="SameCallsOpen">The same calls of the judged hop were open when it ended.</param>
/// <param name="LatencyInForce">Answers came with their recorded delay.</param>
public sealed record BreakEvidence(bool SameParty, bool SameCallsOpen, bool LatencyInForce)
{
    /// <summary>Why a time limit that the agent played may have cut off an answer that was about to come, in words; null when it did not, or none was played.</summary>
    public string? Near { get; init; }
}
