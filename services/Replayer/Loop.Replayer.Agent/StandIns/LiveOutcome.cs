using Loop.Replayer.Core.Answers;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>What came of a call to a live service.</summary>
/// <param name="Answer">What its caller gets.</param>
/// <param name="Attempts">What came of each try, where the recorded proxy tried again; else empty.</param>
internal sealed record LiveOutcome(Answer Answer, IReadOnlyList<Answer> Attempts);
