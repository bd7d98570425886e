using System.Buffers;

namespace Loop.Capture.Wire;

/// <summary>Takes the messages of one gRPC request as they arrive. Its methods are synchronous on purpose: the read loop waits for nothing but bytes.</summary>
internal interface IGrpcMessageHandler
{
    /// <summary>One whole message; its memory belongs to the pipe and is gone when this returns.</summary>
    /// <returns>False to read no further.</returns>
    bool OnMessage(in ReadOnlySequence<byte> message);

    /// <summary>A message that is too large; its bytes are skipped. <paramref name="start"/> holds those that were there already.</summary>
    /// <returns>False to read no further.</returns>
    bool OnOversized(long lengthBytes, in ReadOnlySequence<byte> start);
}
