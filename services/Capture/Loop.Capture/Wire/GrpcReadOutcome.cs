namespace Loop.Capture.Wire;

/// <summary>Why reading a gRPC request ended.</summary>
internal enum GrpcReadOutcome
{
    /// <summary>The peer half-closed after a whole message.</summary>
    EndOfStream,

    /// <summary>The peer half-closed in the middle of a message.</summary>
    Truncated,

    /// <summary>The handler wants no more.</summary>
    HandlerEnded,

    /// <summary>The peer reset the stream, or the connection broke.</summary>
    SourceReset,

    /// <summary>A message was compressed; Loop announces <c>identity</c> only.</summary>
    Compressed,

    /// <summary>This process stops.</summary>
    Stopping,
}
