namespace Loop.Contracts.Replays;

/// <summary>One hop of a run beside its recording: <c>GET /api/v1/replays/{id}/runs/{run}/hops/{hop}</c>.</summary>
/// <param name="Hop">In words: <c>payments POST /charge #1</c>.</param>
/// <param name="Kind">What became of it: <c>driven</c>, <c>relayed</c> to a live service, <c>answered</c> from the recording, or <c>not called</c>.</param>
/// <param name="RecordedRequest">As recorded; null when no proxy saw it.</param>
/// <param name="ReplayedRequest">As a live service sent it; null when it was driven or not called.</param>
/// <param name="RecordedResponse">As recorded; null when none came.</param>
/// <param name="ReplayedResponse">As a live service answered; null when none did.</param>
/// <param name="Divergences">What differs, first difference first.</param>
/// <param name="Ignored">What was left out of the comparison, with why.</param>
public sealed record HopComparison(
    string Hop,
    string Kind,
    ComparedMessage? RecordedRequest,
    ComparedMessage? ReplayedRequest,
    ComparedMessage? RecordedResponse,
    ComparedMessage? ReplayedResponse,
    IReadOnlyList<Divergence> Divergences,
    IReadOnlyList<string> Ignored);

/// <summary>A message with its body.</summary>
/// <param name="Headers">Name and value in wire order, pseudo headers included, secrets redacted.</param>
/// <param name="Body">Kept bytes, content encoding undone where it is known; at most 1 MiB.</param>
/// <param name="BodyTruncated">True when bytes are missing.</param>
/// <param name="Trailers">Name and value in wire order.</param>
public sealed record ComparedMessage(IReadOnlyList<string[]> Headers, byte[] Body, bool BodyTruncated, IReadOnlyList<string[]> Trailers);
