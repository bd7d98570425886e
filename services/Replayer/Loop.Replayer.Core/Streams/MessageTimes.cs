using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Core.Streams;

/// <summary>When the last byte of each message of a stream was there. Within a chunk the other direction did not speak, so that the order of the two is exact.</summary>
internal static class MessageTimes
{
    /// <summary>None when that is not known.</summary>
    public static IReadOnlyList<DateTimeOffset> Of(IReadOnlyList<ReadOnlyMemory<byte>> messages, IReadOnlyList<BodyChunk>? chunks)
    {
        if (chunks is null)
            return [];
        List<DateTimeOffset> times = [];
        long end = 0;
        foreach (ReadOnlyMemory<byte> message in messages)
        {
            end += message.Length;
            times.Add(chunks.Last(chunk => chunk.OffsetBytes < end).At);
        }

        return times;
    }
}
