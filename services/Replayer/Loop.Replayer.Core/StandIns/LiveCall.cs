namespace Loop.Replayer.Core.StandIns;

/// <summary>A call that a live service makes during a replay.</summary>
public sealed record LiveCall
{
    /// <summary>Service that makes it: the namespace that it came from says so.</summary>
    public required string Caller { get; init; }

    /// <summary>The hop that its trace context names; null when the service passed none on.</summary>
    public string? CallerHopId { get; init; }

    /// <summary>Hops of <see cref="Caller"/> that are being served at this moment; read when <see cref="CallerHopId"/> is null.</summary>
    public IReadOnlyList<string> OpenHops { get; init; } = [];

    /// <summary>Hops of <see cref="Caller"/> that were served before: a call may outlive its request. Read when <see cref="CallerHopId"/> is null.</summary>
    public IReadOnlyList<string> EndedHops { get; init; } = [];

    /// <summary>What identifies it.</summary>
    public required CallIdentity Identity { get; init; }
}
