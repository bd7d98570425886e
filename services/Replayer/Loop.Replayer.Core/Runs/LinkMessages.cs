using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Links;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Core.Runs;

/// <summary>The messages through which values flow: of the recording, to find them, and of a run, to follow them.</summary>
public static class LinkMessages
{
    // Whoever calls the first service: behind one session there may be many connections.
    private const string Outside = "";

    /// <summary>Values that flow through the part of a conversation that a replay touches, and through the conversations that go before it.</summary>
    /// <param name="live">Which hops are live.</param>
    /// <param name="message">A recorded message with its body; null when it is gone.</param>
    /// <param name="preludes">What is replayed before.</param>
    public static RecordedLinks Find(LivePlan live, Func<HttpMessagePart?, Message?> message, IReadOnlyList<RunPrelude> preludes) =>
        RecordedLinks.Of([.. preludes.SelectMany(prelude => Messages(prelude.Live, prelude.MessageOf)), .. Messages(live, message)]);

    private static IEnumerable<LinkMessage> Messages(LivePlan live, Func<HttpMessagePart?, Message?> message)
    {
        HashSet<PlannedCall> inputs = [.. live.Drives];
        foreach (PlannedCall call in live.Drives.Concat(live.Relayed).Concat(live.Answered))
        {
            DateTimeOffset ended = call.Hop.StartedAt + TimeSpan.FromMilliseconds(call.Hop.DurationMs ?? 0);
            if (message(call.Request?.Request) is { } request)
                yield return Of(call, LinkSide.Request, call.Hop.StartedAt, request) with { IsInput = inputs.Contains(call) };
            if (message(call.Answer?.Response) is { } answer)
                yield return Of(call, LinkSide.Answer, ended, answer);
        }
    }

    /// <summary>What a run bound, told from its record: values as live services made them, in the order in which they appeared.</summary>
    public static LiveBindings Follow(RecordedLinks links, RunRecord run)
    {
        LiveBindings bindings = new(links);
        IEnumerable<(DateTimeOffset At, string Hop, LinkSide Side, Message Message)> messages =
        [
            .. run.Calls.Where(call => call.HopId is not null).Select(call => (call.StartedAt, call.HopId!, LinkSide.Request, call.Request)),
            .. run.Calls.Where(call => call.HopId is not null && call.Answer is not null).SelectMany(call => Answer(call.EndedAt, call.HopId!, call.Answer!)),
            .. run.Earlier.Concat(run.Driven).Where(driven => driven.Answer is not null).SelectMany(driven => Answer(driven.EndedAt ?? driven.SentAt, driven.HopId, driven.Answer!)),
        ];
        foreach ((_, string hop, LinkSide side, Message message) in messages.OrderBy(one => one.At))
            bindings.Observe(hop, side, message);
        return bindings;
    }

    private static IEnumerable<(DateTimeOffset, string, LinkSide, Message)> Answer(DateTimeOffset at, string hop, Answers.Answer answer) =>
        answer.ToExchange(null, at).Response is { } part ? [(at, hop, LinkSide.Answer, new Message(part, answer.Body))] : [];

    private static LinkMessage Of(PlannedCall call, LinkSide side, DateTimeOffset at, Message message) => new()
    {
        HopId = call.Hop.Id,
        Side = side,
        Caller = call.Hop.ParentId is null ? Outside : call.Hop.Source,
        Callee = call.Hop.Destination,
        At = at,
        Message = message,
    };
}
