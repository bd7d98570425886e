namespace Loop.Replayer.Ports;

/// <summary>A kept conversation cannot be read: damaged, of a newer format, or its store failed. The message says which one, why and what to do.</summary>
public sealed class RecordingUnreadableException(string conversationId, Exception inner) : Exception($"{conversationId} cannot be read: {inner.Message}", inner);
