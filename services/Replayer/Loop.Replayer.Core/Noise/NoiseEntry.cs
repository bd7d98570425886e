namespace Loop.Replayer.Core.Noise;

/// <summary>One place that varies.</summary>
/// <param name="Hop">In words, as divergences name it: <c>payments POST /charge #1</c>.</param>
/// <param name="Place">As divergences name it: <c>body $.createdAt</c>, <c>request body $.nonce</c>.</param>
/// <param name="Shape">What all values there have in common.</param>
public sealed record NoiseEntry(string Hop, string Place, NoiseShape Shape);
