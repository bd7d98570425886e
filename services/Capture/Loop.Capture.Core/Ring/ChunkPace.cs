using Loop.Capture.Core.Intake;

namespace Loop.Capture.Core.Ring;

/// <summary>
/// Says when a piece of a body begins a chunk of its own: when the other direction spoke in between, or after a pause. So a recording knows which message of a
/// stream was sent after which, and a body that comes in one go costs nothing. Used under the record's lock.
/// </summary>
internal struct ChunkPace
{
    /// <summary>More chunks than this are not told apart: each takes a frame, however short it is. A body that has as many has no chunks that can be told.</summary>
    public const int MostChunks = 4096;

    // Longer than an unhurried peer takes between two writes of one message, shorter than anything that a person or a timer waits for.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private MessageDirection _last;
    private DateTimeOffset _lastAt;
    private int _requestChunks;
    private int _responseChunks;

    /// <summary>Headers or trailers of a direction came.</summary>
    public void Head(MessageDirection direction, DateTimeOffset at) => (_last, _lastAt) = (direction, at > _lastAt ? at : _lastAt);

    /// <summary>True when this piece begins a chunk. Its time is then later than that of everything before it, also where a clock gives two pieces the same.</summary>
    public bool Begins(MessageDirection direction, ref DateTimeOffset at)
    {
        ref int chunks = ref direction is MessageDirection.Request ? ref _requestChunks : ref _responseChunks;
        bool begins = (chunks == 0 || _last != direction || at - _lastAt >= Pause) && chunks < MostChunks;
        if (begins)
        {
            chunks++;
            if (at <= _lastAt)
                at = _lastAt + TimeSpan.FromTicks(1);
        }

        Head(direction, at);
        return begins;
    }
}
