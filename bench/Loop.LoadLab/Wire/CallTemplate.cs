using System.Buffers.Binary;
using System.Text;

namespace Loop.LoadLab.Wire;

/// <summary>
/// One exchange as the frames of a gRPC call, serialised once. Sending it is a copy and a few patches (stream id, trace id), so that the sender stays
/// cheaper than any server that reads it.
/// </summary>
internal sealed class CallTemplate
{
    /// <summary>Stands for the trace id in the template: 32 characters that occur nowhere else.</summary>
    public const string TraceMarker = "7e57ab1e7e57ab1e7e57ab1e7e57ab1e";

    // SETTINGS_MAX_FRAME_SIZE that every HTTP/2 server takes.
    private const int LargestPayload = 16 * 1024;

    private readonly byte[] _data;
    private readonly int[] _frames;
    private readonly int[] _markers;

    /// <param name="path">The method.</param>
    /// <param name="metadata">Headers of the call.</param>
    /// <param name="messages">Serialised messages of one exchange.</param>
    /// <param name="exchangesPerCall">How often they are sent within one call.</param>
    public CallTemplate(string path, IEnumerable<(string Name, string Value)> metadata, IReadOnlyList<byte[]> messages, int exchangesPerCall)
    {
        ExchangesPerCall = exchangesPerCall;
        byte[] block = Hpack.Request("127.0.0.1", path, [("content-type", "application/grpc"), ("te", "trailers"), .. metadata]);
        Headers = Http2Frame.Make(Http2Frame.Headers, Http2Frame.EndHeaders, 0, block);
        byte[] payload = [.. messages.SelectMany(Framed)];
        (_data, _frames) = Split(payload);
        _markers = [.. Markers(_data)];
        if (_markers.Length == 0)
            throw new ArgumentException("The trace marker was not found, or lies across two frames.", nameof(messages));
        PayloadBytes = payload.Length;
    }

    public int ExchangesPerCall { get; }

    /// <summary>Bytes of one exchange's gRPC messages, prefixes included.</summary>
    public int PayloadBytes { get; }

    public byte[] Headers { get; }

    /// <summary>Frames of one exchange.</summary>
    public int FrameCount => _frames.Length;

    /// <summary>Bytes of a DATA frame's payload: what flow control counts.</summary>
    public int PayloadOf(int frame) => EndOf(frame) - _frames[frame] - Http2Frame.HeaderBytes;

    /// <summary>Writes a DATA frame; returns its bytes.</summary>
    public int Write(int frame, int stream, long trace, bool endsStream, Span<byte> target)
    {
        ReadOnlySpan<byte> source = _data.AsSpan(_frames[frame], EndOf(frame) - _frames[frame]);
        source.CopyTo(target);
        BinaryPrimitives.WriteInt32BigEndian(target[Http2Frame.StreamOffset..], stream);
        target[Http2Frame.FlagsOffset] = endsStream ? Http2Frame.EndStream : (byte)0;
        foreach (int marker in _markers)
        {
            // Only its first frame holds headers with the trace id.
            if (marker >= _frames[frame] && marker < EndOf(frame))
                trace.TryFormat(target[(marker - _frames[frame])..], out _, "x16");
        }

        return source.Length;
    }

    private int EndOf(int frame) => frame + 1 < _frames.Length ? _frames[frame + 1] : _data.Length;

    private static byte[] Framed(byte[] message)
    {
        byte[] framed = new byte[5 + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(framed.AsSpan(1), (uint)message.Length);
        message.CopyTo(framed, 5);
        return framed;
    }

    private static (byte[] Data, int[] Frames) Split(byte[] payload)
    {
        using var data = new MemoryStream();
        List<int> frames = [];
        foreach (byte[] chunk in payload.Chunk(LargestPayload))
        {
            frames.Add((int)data.Length);
            data.Write(Http2Frame.Make(Http2Frame.Data, 0, 0, chunk));
        }

        return (data.ToArray(), [.. frames]);
    }

    private static IEnumerable<int> Markers(byte[] data)
    {
        byte[] marker = Encoding.ASCII.GetBytes(TraceMarker);
        for (int at = data.AsSpan().IndexOf(marker); at >= 0;)
        {
            yield return at;
            int next = data.AsSpan(at + marker.Length).IndexOf(marker);
            at = next < 0 ? -1 : at + marker.Length + next;
        }
    }
}
