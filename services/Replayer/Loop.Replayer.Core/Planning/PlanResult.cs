using Loop.Contracts.Api;

namespace Loop.Replayer.Core.Planning;

/// <summary>A plan, or why there is none.</summary>
public abstract record PlanResult
{
    /// <summary>It can be tried.</summary>
    public sealed record Planned(ReplayPlan Plan) : PlanResult;

    /// <summary>More than one root: a person must choose.</summary>
    public sealed record SeveralRoots(IReadOnlyList<HopView> Roots) : PlanResult;

    /// <summary>No hop has this id or number.</summary>
    public sealed record UnknownHop(string Asked, IReadOnlyList<HopView> Hops) : PlanResult;

    /// <summary>The conversation is still being collected.</summary>
    public sealed record StillOpen : PlanResult;

    /// <summary>The conversation has no hops at all.</summary>
    public sealed record NothingRecorded : PlanResult;
}
