using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Loop.Capture.Wire;

/// <summary>
/// Reads the messages of one gRPC request straight off Kestrel's pipe (docs/decisions/0003). Framing: one flag byte, four bytes of length, the message
/// (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). One reader per request, one caller.
/// </summary>
internal sealed class GrpcMessageReader(PipeReader pipe, int maximumMessageBytes, GrpcReceiveBudget budget)
{
    private const int PrefixBytes = 5;

    // Smaller messages are not worth the shared counter: 10,000 streams × 64 KiB is within the connection windows' order of size.
    private const int UnreservedBytes = 64 * 1024;

    private long _skipBytes;
    private long _reservedBytes;

    /// <summary>Hands every message to the handler until either side ends.</summary>
    public async ValueTask<GrpcReadOutcome> ReadToEnd(IGrpcMessageHandler handler, CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                ReadResult result = await pipe.ReadAsync(stopping);
                ReadOnlySequence<byte> rest = result.Buffer;
                GrpcReadOutcome? outcome = Drain(ref rest, handler);
                pipe.AdvanceTo(rest.Start, result.Buffer.End);
                if (outcome is not null)
                    return outcome.Value;
                if (result.IsCompleted)
                    return rest.IsEmpty && _skipBytes == 0 ? GrpcReadOutcome.EndOfStream : GrpcReadOutcome.Truncated;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return GrpcReadOutcome.Stopping;
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException)
        {
            // Envoy ends every side stream that we do not end first with a reset (facts of observability mode), so this is daily business and no error.
            return GrpcReadOutcome.SourceReset;
        }
        finally
        {
            Reserve(0);
        }
    }

    private GrpcReadOutcome? Drain(ref ReadOnlySequence<byte> rest, IGrpcMessageHandler handler)
    {
        while (true)
        {
            Skip(ref rest);
            if (rest.Length < PrefixBytes || _skipBytes > 0)
                return null;
            (bool isCompressed, uint length) = ReadPrefix(rest);
            if (isCompressed)
                return GrpcReadOutcome.Compressed;
            bool goesOn;
            if (rest.Length - PrefixBytes >= length)
            {
                ReadOnlySequence<byte> message = rest.Slice(PrefixBytes, length);
                rest = rest.Slice(message.End);
                Reserve(0);
                goesOn = length <= maximumMessageBytes ? handler.OnMessage(message) : handler.OnOversized(length, message);
            }
            else if (Fits(length))
            {
                return null;
            }
            else
            {
                goesOn = handler.OnOversized(length, rest.Slice(PrefixBytes));
                _skipBytes = PrefixBytes + (long)length;
            }

            if (!goesOn)
                return GrpcReadOutcome.HandlerEnded;
        }
    }

    private bool Fits(uint length)
    {
        if (length > maximumMessageBytes)
            return false;
        return length <= UnreservedBytes || _reservedBytes > 0 || Reserve(length);
    }

    private bool Reserve(long bytes)
    {
        if (_reservedBytes > 0)
            budget.Release(_reservedBytes);
        _reservedBytes = bytes > 0 && budget.TryReserve(bytes) ? bytes : 0;
        return _reservedBytes == bytes;
    }

    private void Skip(ref ReadOnlySequence<byte> rest)
    {
        long count = Math.Min(_skipBytes, rest.Length);
        rest = rest.Slice(count);
        _skipBytes -= count;
    }

    private static (bool IsCompressed, uint Length) ReadPrefix(in ReadOnlySequence<byte> rest)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        rest.Slice(0, PrefixBytes).CopyTo(prefix);
        return (prefix[0] != 0, BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]));
    }
}
