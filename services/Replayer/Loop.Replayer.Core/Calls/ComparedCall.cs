using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Calls;

/// <summary>A pair with the bodies that its comparison needs.</summary>
public sealed record ComparedCall(
    CallPair Pair, Exchange Recorded, Exchange Replayed, Message? RecordedRequest, Message? ReplayedRequest, Message? RecordedResponse, Message? ReplayedResponse);

/// <summary>The answer to the request that we sent, redacted like the recording.</summary>
/// <param name="Answer">What came.</param>
/// <param name="Recorded">The recorded answer; null when there is none.</param>
/// <param name="Replayed">The replayed answer; null when no headers came.</param>
/// <param name="SentAt">When the first byte was sent.</param>
public sealed record EntryAnswer(Answer Answer, Message? Recorded, Message? Replayed, DateTimeOffset SentAt);
