using System.Buffers;

namespace Loop.Capture.Core.Decoding;

/// <summary>One part of an exchange as it lies in the ring.</summary>
/// <param name="Kind">What the bytes are.</param>
/// <param name="At">When it arrived, or when the source says that it passed.</param>
/// <param name="EndOfStream">It is the last part of its direction.</param>
/// <param name="Payload">The bytes; the caller keeps them alive while the part is read.</param>
public readonly record struct RecordedPart(PartKind Kind, DateTimeOffset At, bool EndOfStream, ReadOnlySequence<byte> Payload);
