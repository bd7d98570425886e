using System.Buffers;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace Loop.Capture.Core.Decoding;

/// <summary>Times as proxies write them; null for what cannot be one, instead of an exception.</summary>
internal static class Rfc3339
{
    private const int TickDigits = 7;
    private const long MinSeconds = -62_135_596_800;
    private const long MaxSeconds = 221_845_392_000; // Year 9000: adding a duration must not leave the range of DateTimeOffset.

    /// <summary>Reads RFC 3339 text of any precision; digits beyond 100 ns are cut off.</summary>
    public static DateTimeOffset? Parse(string? text)
    {
        if (text is null || text.Length is < 20 or > 64 || text[10] is not ('T' or 't' or ' '))
            return null;
        int fractionEnd = 20;
        while (text[19] == '.' && fractionEnd < text.Length && char.IsAsciiDigit(text[fractionEnd]))
            fractionEnd++;
        string trimmed = fractionEnd - 20 > TickDigits ? text.Remove(20 + TickDigits, fractionEnd - 20 - TickDigits) : text;
        return DateTimeOffset.TryParse(trimmed, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
            ? time
            : null;
    }

    /// <summary>The time of a protobuf timestamp; null when it is absent, zero or out of range.</summary>
    public static DateTimeOffset? From(Timestamp? timestamp) => timestamp is null ? null : From(timestamp.Seconds, timestamp.Nanos);

    /// <summary>The time of a serialised protobuf timestamp; false when it is damaged.</summary>
    public static bool TryReadTimestamp(in ReadOnlySequence<byte> message, out DateTimeOffset? time)
    {
        long seconds = 0;
        int nanos = 0;
        var walker = new ProtobufWalker(message);
        while (walker.Next())
        {
            if (walker.Field == 1 && !walker.IsBytes)
                seconds = (long)walker.Varint;
            else if (walker.Field == 2 && !walker.IsBytes)
                nanos = (int)walker.Varint;
        }

        time = From(seconds, nanos);
        return !walker.IsMalformed;
    }

    /// <summary>The span of a protobuf duration; null when it is absent, negative or absurd (over ten years).</summary>
    public static TimeSpan? From(Duration? duration) =>
        duration is { Seconds: >= 0 and < 315_576_000, Nanos: >= 0 and < 1_000_000_000 }
            ? TimeSpan.FromTicks((duration.Seconds * TimeSpan.TicksPerSecond) + (duration.Nanos / 100))
            : null;

    private static DateTimeOffset? From(long seconds, int nanos) =>
        seconds is > MinSeconds and < MaxSeconds && nanos is >= 0 and < 1_000_000_000 && (seconds != 0 || nanos != 0)
            ? DateTimeOffset.UnixEpoch.AddTicks((seconds * TimeSpan.TicksPerSecond) + (nanos / 100))
            : null;
}
