using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Core.Streams;

/// <summary>
/// In which pieces, after which messages of the caller and with which pauses an answer was given. Made from what the capture keeps: the chunks of both bodies
/// (<see cref="HttpMessagePart.Chunks"/>). Where it keeps none, one message has one order and counts may leave only one likely; else there is none.
/// </summary>
/// <param name="HeadersAfter">Messages of the caller before the headers.</param>
/// <param name="HeadersPause">From the request, or the last of these messages, to the headers.</param>
/// <param name="Pieces">The body.</param>
/// <param name="EndPause">From the last piece to the end.</param>
/// <param name="Order">How far the order is to be trusted.</param>
public sealed record AnswerFlow(int HeadersAfter, TimeSpan HeadersPause, IReadOnlyList<AnswerPiece> Pieces, TimeSpan EndPause, FlowOrder Order)
{
    /// <summary>Why a stream without an order is not played.</summary>
    public const string NoOrder = "it is a stream in both directions, and the recording does not tell which messages of the answer followed which of the request";

    /// <summary>True when the answer began before its caller said anything: a stream that is matched by its headers alone.</summary>
    public static bool SpeaksFirst(RecordedCall call) =>
        call is { Answer: not null, IsLive: false } && GrpcFrames.AreIn(call.Request.MediaType) && !call.Request.Body.IsEmpty && Of(call).Pieces is [{ After: 0 }, ..];

    /// <summary>The flow of a recorded call.</summary>
    /// <param name="call">As recorded.</param>
    /// <param name="played">Its answer as it is played, other values in its messages; null plays it as recorded.</param>
    public static AnswerFlow Of(RecordedCall call, Message? played = null)
    {
        Message answer = call.Answer ?? throw new ArgumentException("It has no answer.", nameof(call));
        played ??= answer;
        return GrpcFrames.AreIn(call.Request.MediaType) ? OfMessages(call, answer, played) : OfChunks(call, answer, played);
    }

    private static AnswerFlow OfChunks(RecordedCall call, Message answer, Message played)
    {
        List<(ReadOnlyMemory<byte> Bytes, DateTimeOffset? At)> pieces = [];
        IReadOnlyList<BodyChunk> chunks = answer.Part.Chunks ?? [];
        // What was rewritten to another length has no such places any more. It is given at the time of its last chunk: nobody sees a value too early.
        if (chunks.Count < 2 || played.Body.Length != answer.Body.Length)
        {
            pieces.Add((played.Body, chunks.Count > 0 ? chunks[^1].At : null));
        }
        else
        {
            for (int index = 0; index < chunks.Count; index++)
            {
                int end = index + 1 < chunks.Count ? (int)chunks[index + 1].OffsetBytes : played.Body.Length;
                pieces.Add((played.Body[(int)chunks[index].OffsetBytes..end], chunks[index].At));
            }
        }

        return Timed(call, answer, 0, [.. pieces.Select(piece => (piece.Bytes, piece.At, 0))], [], FlowOrder.Recorded);
    }

    private static AnswerFlow OfMessages(RecordedCall call, Message answer, Message played)
    {
        IReadOnlyList<ReadOnlyMemory<byte>> asked = GrpcFrames.Split(call.Request.Body, out _);
        IReadOnlyList<ReadOnlyMemory<byte>> recorded = Cut(answer.Body);
        IReadOnlyList<ReadOnlyMemory<byte>> given = Cut(played.Body);
        IReadOnlyList<DateTimeOffset> askedAt = MessageTimes.Of(asked, call.Request.Part.Chunks);
        IReadOnlyList<DateTimeOffset> recordedAt = MessageTimes.Of(recorded, answer.Part.Chunks);
        // A fault may leave less of an answer than was recorded; messages keep their places.
        DateTimeOffset? At(int place) => recordedAt.Count == 0 ? null : recordedAt[Math.Min(place, recordedAt.Count - 1)];
        bool isTold = (asked.Count == 0 || askedAt.Count > 0) && (recorded.Count == 0 || recordedAt.Count > 0) && askedAt.Count + recordedAt.Count > 0;
        if (isTold)
        {
            int headers = answer.Part.HeadersAt is { } at ? askedAt.Count(one => one <= at) : 0;
            return Timed(call, answer, headers, [.. given.Select((piece, place) => (piece, At(place), askedAt.Count(one => one < At(place))))], askedAt, FlowOrder.Recorded);
        }

        FlowOrder order = asked.Count <= 1 ? FlowOrder.Recorded : recorded.Count <= 1 || recorded.Count == asked.Count ? FlowOrder.Assumed : FlowOrder.Unknown;
        bool inTurns = asked.Count > 1 && recorded.Count == asked.Count;
        return Timed(call, answer, inTurns ? 1 : asked.Count, [.. given.Select((piece, place) => (piece, (DateTimeOffset?)null, inTurns ? Math.Min(place + 1, asked.Count) : asked.Count))], [], order);
    }

    private static AnswerFlow Timed(
        RecordedCall call, Message answer, int headersAfter, IReadOnlyList<(ReadOnlyMemory<byte> Bytes, DateTimeOffset? At, int After)> pieces, IReadOnlyList<DateTimeOffset> askedAt, FlowOrder order)
    {
        // All of these times are the capture node's; the start of a call is its proxy's.
        DateTimeOffset now = call.Request.Part.HeadersAt ?? call.StartedAt;
        TimeSpan Since(DateTimeOffset? at, int after)
        {
            DateTimeOffset from = after > 0 && after <= askedAt.Count && askedAt[after - 1] > now ? askedAt[after - 1] : now;
            now = at > from ? at.Value : from;
            return now - from;
        }

        TimeSpan headers = Since(answer.Part.HeadersAt, headersAfter);
        List<AnswerPiece> flow = [.. pieces.Select(piece => new AnswerPiece(piece.Bytes, Since(piece.At, piece.After), piece.After, piece.At))];
        return new AnswerFlow(headersAfter, headers, flow, Since(call.EndedAt == DateTimeOffset.MaxValue ? null : call.EndedAt, askedAt.Count), order);
    }

    // What does not end as a message is a piece, too.
    private static IReadOnlyList<ReadOnlyMemory<byte>> Cut(ReadOnlyMemory<byte> body)
    {
        IReadOnlyList<ReadOnlyMemory<byte>> frames = GrpcFrames.Split(body, out ReadOnlyMemory<byte> rest);
        return rest.IsEmpty ? frames : [.. frames, rest];
    }
}

/// <summary>A piece of an answer's body.</summary>
/// <param name="Bytes">The bytes.</param>
/// <param name="Pause">From the piece before, or from the caller's last message before it, whichever was later.</param>
/// <param name="After">Messages of the caller before it.</param>
/// <param name="At">When it was given; null when that is not known.</param>
public sealed record AnswerPiece(ReadOnlyMemory<byte> Bytes, TimeSpan Pause, int After, DateTimeOffset? At);

/// <summary>How far the order of a stream's messages is to be trusted.</summary>
public enum FlowOrder
{
    /// <summary>It was recorded, or there is only one.</summary>
    Recorded,

    /// <summary>It was not recorded: one answer is taken to follow the last message, as many answers as messages to follow each.</summary>
    Assumed,

    /// <summary>It was not recorded, and the counts leave several.</summary>
    Unknown,
}
