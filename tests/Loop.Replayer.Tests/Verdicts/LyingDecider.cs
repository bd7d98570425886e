using Loop.Contracts.Replays;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Tests.Verdicts;

/// <summary>
/// What a careless replayer says: it looks at the entry alone, asks for no baseline and believes the first answer. A bench in which
/// this one does not score visibly worse than <see cref="VerdictDecider"/> measures nothing.
/// </summary>
public static class LyingDecider
{
    /// <summary>A verdict with no doubt in it.</summary>
    public static Verdict Decide(ReplayTarget target, IReadOnlyList<ReplayObservations> runs) => runs[0] switch
    {
        { Entry: Sight.Same } => Verdict.Reproduced,
        { EntryFails: false } when target.Place is not TargetPlace.Nowhere => Verdict.Fixed,
        _ => Verdict.Diverged,
    };
}
