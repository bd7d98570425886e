using Loop.Contracts.Replays;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Links;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Core.Streams;

/// <summary>Holds the messages that a live service streams against the recorded ones, one after the other. The first was matched before, to find the call.</summary>
/// <param name="call">As recorded.</param>
/// <param name="request">The live request; its body is the first message.</param>
/// <param name="bindings">The values of the run.</param>
public sealed class StreamedRequest(RecordedCall call, Message request, LiveBindings bindings)
{
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _recorded = GrpcFrames.Split(call.Request.Body, out _);
    private readonly MemoryStream _live = Begun(request);
    private int _next = Math.Min(1, GrpcFrames.Split(request.Body, out _).Count);

    /// <summary>Messages that were the recorded ones so far.</summary>
    public int Count => _next;

    /// <summary>Messages that were recorded.</summary>
    public int Recorded => _recorded.Count;

    /// <summary>What differs in the next message; empty when it is the recorded one.</summary>
    public IReadOnlyList<FieldDifference> Next(ReadOnlyMemory<byte> frame)
    {
        _live.Write(frame.Span);
        if (_next == _recorded.Count)
            return [new FieldDifference("body messages", $"{_recorded.Count}", $"{_next + 1} or more")];
        ReadOnlyMemory<byte> recorded = _recorded[_next];
        Message live = bindings.ToRecorded(request with { Body = frame }).Message;
        if (!live.Body.Span.SequenceEqual(recorded.Span) && !IsSupposed(recorded))
            return Differences(recorded, live);
        _next++;
        return [];
    }

    /// <summary>What differs when no further message comes; empty when none was recorded either.</summary>
    public IReadOnlyList<FieldDifference> End() => _next == _recorded.Count ? [] : [new FieldDifference("body messages", $"{_recorded.Count}", $"{_next}")];

    // Values that are born in it are found by their place in the whole request.
    private bool IsSupposed(ReadOnlyMemory<byte> recorded)
    {
        LinkSupposition supposition = bindings.Suppose(call.HopId, request with { Body = _live.ToArray() });
        IReadOnlyList<ReadOnlyMemory<byte>> frames = GrpcFrames.Split(supposition.Request.Message.Body, out _);
        if (supposition.Bindings.Count == 0 || frames.Count != _next + 1 || !frames[_next].Span.SequenceEqual(recorded.Span))
            return false;
        bindings.Accept(supposition);
        return true;
    }

    private FieldDifference[] Differences(ReadOnlyMemory<byte> recorded, Message live)
    {
        MessageComparison comparison = MessageComparer.Requests("", call.Request with { Body = recorded }, live, RunMask.None);
        FieldDifference[] found = [.. comparison.Divergences.Where(divergence => divergence.Place.StartsWith($"{MessageComparer.RequestPrefix}body", StringComparison.Ordinal))
            .Select(divergence => new FieldDifference(InPlace(divergence), divergence.Recorded, divergence.Replayed))];
        return found.Length > 0 ? found : [new FieldDifference($"body message[{_next}]", $"{recorded.Length} bytes", $"{live.Body.Length} other bytes")];
    }

    private string InPlace(Divergence divergence) => divergence.Place[MessageComparer.RequestPrefix.Length..].Replace("message[0]", $"message[{_next}]", StringComparison.Ordinal);

    private static MemoryStream Begun(Message request)
    {
        MemoryStream live = new();
        live.Write(request.Body.Span);
        return live;
    }
}
