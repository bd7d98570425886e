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

    /// <summary>The peer reset the stream.</summary>
    SourceReset,

    /// <summary>The connection is gone and took all its streams with it (an Envoy that gave a frozen collector up): that says nothing of any of them.</summary>
    ConnectionLost,

    /// <summary>A message was compressed; Loop announces <c>identity</c> only.</summary>
    Compressed,

    /// <summary>This process stops.</summary>
    Stopping,
}
