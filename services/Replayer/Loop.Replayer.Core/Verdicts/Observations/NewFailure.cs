namespace Loop.Replayer.Core.Verdicts;

/// <summary>A hop that fails in the replay and did not in the recording.</summary>
/// <param name="Where">The hop in words.</param>
/// <param name="AfterMiss">True when its service, or one that it called, met a miss after the judged answer: the recording ends there, so the failure says nothing.</param>
public sealed record NewFailure(string Where, bool AfterMiss = false);
