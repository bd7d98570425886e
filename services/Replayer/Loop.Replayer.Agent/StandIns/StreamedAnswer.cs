using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Links;
using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Core.Streams;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>
/// Plays a recorded answer piece by piece, as it was given: each piece when the messages of the caller that came before it have come again, after its recorded
/// pause where latency is in force. A message that is not the recorded one ends the stream loudly.
/// </summary>
internal sealed class StreamedAnswer(ICallExchange exchange, RequestMessages? messages, AnswerTurns turns, LiveBindings bindings, Action<RunFact> tell, TimeProvider time)
{
    // Long enough for a caller that computes; one that says nothing for longer keeps no run from its end.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    /// <summary>Plays it.</summary>
    /// <param name="call">As recorded.</param>
    /// <param name="played">The same with its answer as it is given now.</param>
    /// <param name="start">How its answer begins.</param>
    /// <param name="served">What is told of the call.</param>
    public async Task<ServedCall> Play(RecordedCall call, RecordedCall played, AnswerStart start, ServedCall served)
    {
        AnswerFlow flow = AnswerFlow.Of(call, played.Answer);
        StreamedRequest? request = messages is null ? null : new StreamedRequest(call, served.Request, bindings);
        try
        {
            if (await Follow(flow.HeadersAfter, request, flow, served) is { } changedBefore)
                return await Refuse(call, changedBefore, served, isBegun: false);
            await turns.Pause(flow.HeadersPause, exchange.Aborted);
            exchange.Begin(start);
            if (flow.Pieces.Count > 0)
                await exchange.Flush(exchange.Aborted);
            foreach (AnswerPiece piece in flow.Pieces)
            {
                if (await Follow(piece.After, request, flow, served) is { } changed)
                    return await Refuse(call, changed, served, isBegun: true);
                await turns.Pause(piece.Pause, exchange.Aborted);
                await turns.Order(call.HopId, piece.At, exchange.Aborted);
                await exchange.Write(piece.Bytes, exchange.Aborted);
                await exchange.Flush(exchange.Aborted);
            }

            if (await Follow(request?.Recorded ?? 0, request, flow, served) is { } changedAtLast)
                return await Refuse(call, changedAtLast, served, isBegun: true);
            return await End(call, played, flow, request, served);
        }
        catch (OperationCanceledException) when (exchange.Aborted.IsCancellationRequested)
        {
            // Its caller hung up. What it sent by then is compared with what it sent when it was recorded.
            return served;
        }
    }

    private async Task<ServedCall> End(RecordedCall call, RecordedCall played, AnswerFlow flow, StreamedRequest? request, ServedCall served)
    {
        if (played.End is ExchangeEnd.BrokenOff)
        {
            // The caller broke it off when it was recorded, and is expected to do so again: until then nothing more comes.
            if (played.BrokenOffBy is BrokenOffBy.Client)
                await Held(AwaitAbort(), flow, served);
            await turns.Pause(flow.EndPause, exchange.Aborted);
            await exchange.BreakOff(byReset: false, exchange.Aborted);
            return served;
        }

        // An answer that ended before its request did waits for nothing.
        if (request is not null && call.End is ExchangeEnd.Complete)
        {
            ReadOnlyMemory<byte> further = await Held(messages!.Next(exchange.Aborted).AsTask(), flow, served);
            IReadOnlyList<FieldDifference> changed = further.IsEmpty ? request.End() : request.Next(further);
            if (changed.Count > 0)
                return await Refuse(call, changed, served, isBegun: true);
        }

        await turns.Pause(flow.EndPause, exchange.Aborted);
        await turns.Order(call.HopId, null, exchange.Aborted);
        await exchange.End(played.Answer!.Part.Trailers, exchange.Aborted);
        return served;
    }

    // What differs, when it does before that many messages have come.
    private async Task<IReadOnlyList<FieldDifference>?> Follow(int count, StreamedRequest? request, AnswerFlow flow, ServedCall served)
    {
        while (request is not null && request.Count < count)
        {
            ReadOnlyMemory<byte> next = await Held(messages!.Next(exchange.Aborted).AsTask(), flow, served);
            IReadOnlyList<FieldDifference> changed = next.IsEmpty ? request.End() : request.Next(next);
            if (changed.Count > 0)
                return changed;
        }

        return null;
    }

    // A stream may stay open for ever. As long as its caller is silent, the run does not count it as under way.
    private async Task<T> Held<T>(Task<T> said, AnswerFlow flow, ServedCall served)
    {
        await Task.WhenAny(said, Task.Delay(Silence, time, exchange.Aborted));
        if (said.IsCompleted)
            return await said;
        DateTimeOffset now = time.GetUtcNow();
        string? gap = flow.Order is FlowOrder.Assumed ? $"{AnswerFlow.NoOrder}; the order that was assumed came to a halt" : null;
        tell(new CallHeld(served with { Request = messages?.Kept(served.Request.Part) ?? served.Request, Gap = gap, EndedAt = now }, now));
        T result = await said;
        tell(new CallWentOn(served.HopId!, time.GetUtcNow()));
        return result;
    }

    private async Task<bool> AwaitAbort()
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, time, exchange.Aborted);
        return true;
    }

    private async Task<ServedCall> Refuse(RecordedCall call, IReadOnlyList<FieldDifference> changed, ServedCall served, bool isBegun)
    {
        string why = $"it began as {call.Label}, and went on otherwise: {changed[0].Field}";
        if (isBegun)
            await exchange.End(RecordedAnswer.Refusal(why), exchange.Aborted);
        else
            await RecordedAnswer.Refuse(exchange, why);
        return served with { HopId = null, Miss = why, ChangedFrom = call.Label, Candidates = [new NearCall(call.Label, changed) { Callee = call.Callee }] };
    }
}
