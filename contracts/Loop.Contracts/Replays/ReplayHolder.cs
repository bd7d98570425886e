namespace Loop.Contracts.Replays;

/// <summary>The process that answers for a replay, named for good: nobody else takes the replay up while it lives.</summary>
/// <param name="Machine">Start of the machine and namespace of process ids, within which <paramref name="ProcessId"/> means something.</param>
/// <param name="ProcessId">Its id there.</param>
/// <param name="StartedAt">When it started, as that machine counts: ids are used again.</param>
public sealed record ReplayHolder(string Machine, int ProcessId, string StartedAt);
