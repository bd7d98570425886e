using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Links;

/// <summary>A message in which ids were exchanged.</summary>
/// <param name="Message">With length, encoding and digests that fit.</param>
/// <param name="Unwritten">What should have been exchanged and could not be, with why.</param>
public sealed record RewrittenMessage(Message Message, IReadOnlyList<string> Unwritten);
