namespace Loop.Replayer.Core.Clock;

/// <summary>A date near the recorded start: what a service does with it may depend on its clock.</summary>
/// <param name="Place">Message and place in it: <c>payments POST /charge #1 response $.validUntil</c>.</param>
/// <param name="Text">As it was written.</param>
public sealed record RecordedDate(string Place, string Text);
