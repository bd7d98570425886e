using System.Buffers;
using System.IO.Pipelines;

namespace Loop.Replayer.Wire.Http1;

/// <summary>Takes whole heads from a connection.</summary>
public static class HeadReader
{
    private delegate T Parser<T>(ReadOnlySpan<byte> head);

    /// <summary>The next request; null when the connection ended before one began.</summary>
    /// <exception cref="NotHttpException">What came is none.</exception>
    /// <exception cref="EndOfStreamException">The connection ended within it.</exception>
    public static async ValueTask<RequestHead?> Request(PipeReader input, CancellationToken cancellationToken)
    {
        // Clients of old send an empty line behind a body (RFC 9112 §2.2): one is passed over.
        return await SkipEmptyLine(input, cancellationToken) ? await Read(input, HeadParser.Request, checksLines: false, cancellationToken) : null;
    }

    /// <summary>The next answer; null when the connection ended before one began.</summary>
    /// <exception cref="NotHttpException">What came is none.</exception>
    /// <exception cref="EndOfStreamException">The connection ended within it.</exception>
    public static ValueTask<AnswerHead?> Answer(PipeReader input, CancellationToken cancellationToken) => Read(input, HeadParser.Answer, checksLines: true, cancellationToken);

    // False when the connection ended.
    private static async ValueTask<bool> SkipEmptyLine(PipeReader input, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await input.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> bytes = result.Buffer;
            if (bytes.IsEmpty)
            {
                input.AdvanceTo(bytes.Start);
                if (result.IsCompleted)
                    return false;
                continue;
            }

            if (bytes.FirstSpan[0] != '\r' || (bytes.Length == 1 && result.IsCompleted))
            {
                // Not examined: the head is read from the same bytes.
                input.AdvanceTo(bytes.Start);
                return true;
            }

            if (bytes.Length == 1)
            {
                input.AdvanceTo(bytes.Start, bytes.End);
                continue;
            }

            bool isLine = bytes.Slice(1).FirstSpan[0] == '\n';
            input.AdvanceTo(isLine ? bytes.GetPosition(2) : bytes.Start);
            return true;
        }
    }

    private static async ValueTask<T?> Read<T>(PipeReader input, Parser<T> parse, bool checksLines, CancellationToken cancellationToken)
        where T : class
    {
        long seen = 0;
        long known = 0;
        while (true)
        {
            ReadResult result = await input.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> bytes = result.Buffer;
            long end = HeadParser.FindEnd(bytes, ref seen);
            if (end > 0)
            {
                T head = Parse(bytes.Slice(0, end), parse);
                input.AdvanceTo(bytes.GetPosition(end));
                return head;
            }

            if (checksLines)
                known = CheckLines(bytes, known);
            input.AdvanceTo(bytes.Start, bytes.End);
            if (!result.IsCompleted)
                continue;
            return bytes.IsEmpty ? null : throw new EndOfStreamException("The connection ended within a head.");
        }
    }

    // Who speaks something else greets with a line and then waits, or ends: that is neither a hang nor an early end.
    private static long CheckLines(in ReadOnlySequence<byte> bytes, long known)
    {
        ReadOnlySequence<byte> unknown = bytes.Slice(known);
        if (unknown.PositionOf((byte)'\n') is null)
            return known;
        ReadOnlySpan<byte> lines = unknown.ToArray();
        int end = lines.LastIndexOf("\r\n"u8) + 2;
        byte[] section = [.. lines[..end], .. "\r\n"u8];
        if (known == 0)
            _ = HeadParser.Answer(section);
        else
            _ = HeadParser.Fields(section);
        return known + end;
    }

    private static T Parse<T>(in ReadOnlySequence<byte> head, Parser<T> parse)
    {
        if (head.IsSingleSegment)
            return parse(head.FirstSpan);
        byte[] whole = ArrayPool<byte>.Shared.Rent((int)head.Length);
        try
        {
            head.CopyTo(whole);
            return parse(whole.AsSpan(0, (int)head.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }
}
