using System.Buffers.Binary;
using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Streams;

namespace Loop.Replayer.Tests.Streams;

/// <summary>Recorded streams from a line of text: <c>a></c> is a message of the caller, <c>&lt;1</c> one of the answer, <c>head</c> its headers, <c>.</c> a pause; each took 10 ms.</summary>
internal static class RecordedStream
{
    private static readonly DateTimeOffset Start = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    public static byte[] Frame(string text)
    {
        byte[] frame = new byte[GrpcFrames.PrefixBytes + text.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), text.Length);
        Encoding.ASCII.GetBytes(text, frame.AsSpan(GrpcFrames.PrefixBytes));
        return frame;
    }

    public static RecordedCall Of(string stream, bool withChunks = true)
    {
        List<byte> request = [];
        List<byte> answer = [];
        List<BodyChunk> asked = [];
        List<BodyChunk> given = [];
        DateTimeOffset now = Start;
        DateTimeOffset? headers = null;
        char last = ' ';
        foreach (string turn in stream.Split(' '))
        {
            now += Step;
            (List<byte> body, List<BodyChunk> chunks) = turn.EndsWith('>') ? (request, asked) : (answer, given);
            if (turn is "head")
                (headers, last) = (now, 'h');
            if (turn is "." or "head")
                continue;
            char direction = turn.EndsWith('>') ? '>' : '<';
            // As the capture does: a chunk goes on until the other direction speaks, or after a pause.
            if (direction != last || turn is "<2")
                chunks.Add(new BodyChunk(body.Count, now));
            last = direction;
            body.AddRange(Frame(turn.Trim('<', '>')));
            if (direction == '<')
                headers ??= now;
        }

        return Call("application/grpc", [.. request], withChunks ? asked : null, [.. answer], withChunks ? given : null, headers, now + Step);
    }

    public static RecordedCall Events(params string[] events)
    {
        List<BodyChunk> chunks = [.. events.Select((_, place) => new BodyChunk(events.Take(place).Sum(text => text.Length), Start + (Step * (place + 1))))];
        return Call("text/event-stream", [], null, Encoding.ASCII.GetBytes(string.Concat(events)), chunks, Start, Start + (Step * (events.Length + 1)));
    }

    private static RecordedCall Call(string type, byte[] request, List<BodyChunk>? asked, byte[] answer, List<BodyChunk>? given, DateTimeOffset? headers, DateTimeOffset end) => new()
    {
        HopId = "a",
        Label = "chat POST /Chat #1",
        CallerHopId = "web-1",
        Caller = "web",
        Callee = "chat",
        StartedAt = Start,
        EndedAt = end,
        End = ExchangeEnd.Complete,
        Request = new Message(new HttpMessagePart { Headers = [new(":method", "POST"), new(":path", "/Chat"), new("content-type", type)], Body = BodyInfo.Empty, HeadersAt = Start, Chunks = asked is { Count: 0 } ? null : asked }, request),
        Answer = new Message(new HttpMessagePart { Headers = [new(":status", "200")], Body = BodyInfo.Empty, HeadersAt = headers, Chunks = given is { Count: 0 } ? null : given }, answer),
    };
}
