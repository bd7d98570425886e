namespace Loop.Replayer.Core.Gates;

/// <summary>Whether an answer may go out.</summary>
/// <param name="IsOpen">It may.</param>
/// <param name="Awaited">Calls that ended before it in the recording and have not been answered now. With an open gate: patience was lost with them, and the order of the recording does not hold.</param>
/// <param name="AskAgainAt">When patience ends, from the start of the replay; null with an open gate. An answer in between may open the gate earlier.</param>
public sealed record GateDecision(bool IsOpen, IReadOnlyList<string> Awaited, TimeSpan? AskAgainAt);
