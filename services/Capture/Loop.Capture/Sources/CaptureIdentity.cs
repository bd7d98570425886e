namespace Loop.Capture.Sources;

/// <summary>The name of this capture node, as instances are named after it.</summary>
/// <param name="Node">No slash, not empty.</param>
internal sealed record CaptureIdentity(string Node);
