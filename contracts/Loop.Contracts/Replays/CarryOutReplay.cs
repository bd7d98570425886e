namespace Loop.Contracts.Replays;

/// <summary>Message of the work queue: a replay waits for a worker. Everything about it is in its stream, so that a message that is lost or comes twice does no harm.</summary>
/// <param name="ReplayId">The replay.</param>
public sealed record CarryOutReplay(string ReplayId);
