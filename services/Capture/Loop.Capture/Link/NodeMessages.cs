using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Loop.Capture.Core.Collecting;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Protocols.Capture.V1;
using Loop.Protocols.Exchanges;
using Captured = Loop.Contracts.Exchanges.CapturedExchange;

namespace Loop.Capture.Link;

/// <summary>What the node says, in its wire form.</summary>
internal static class NodeMessages
{
    /// <summary>A rule fired.</summary>
    public static NodeMessage Triggered(TriggerFired fired)
    {
        Trigger trigger = fired.Trigger;
        var message = new Triggered
        {
            TriggerId = fired.TriggerId,
            Rule = trigger.Rule,
            Reason = trigger.Reason,
            ExchangeId = trigger.ExchangeId?.ToString() ?? "",
            At = trigger.At.ToTimestamp(),
        };
        message.Keys.AddRange(trigger.Keys.Select(key => key.ToString()));
        return new NodeMessage { Triggered = message };
    }

    /// <summary>An exchange with its bodies. The bytes are wrapped, not copied: they belong to the collector's answer and nobody changes them.</summary>
    public static NodeMessage Exchange(string watchId, Captured exchange) => new()
    {
        Exchange = new CapturedExchange
        {
            WatchId = watchId,
            Head = ExchangeCodec.Encode(exchange.Head),
            RequestBody = UnsafeByteOperations.UnsafeWrap(exchange.RequestBody),
            ResponseBody = UnsafeByteOperations.UnsafeWrap(exchange.ResponseBody),
        },
    };

    /// <summary>The end of a collection.</summary>
    public static NodeMessage Answer(long collectId, string watchId, NodeAnswer answer)
    {
        var message = new CollectAnswer
        {
            CollectId = collectId,
            WatchId = watchId,
            StartedAt = answer.StartedAt.ToTimestamp(),
            Horizon = answer.Horizon?.ToTimestamp(),
            OpenCount = answer.OpenCount,
            EvictionsSince = answer.EvictionsSince?.ToTimestamp(),
        };
        message.Watches.AddRange(answer.Watches);
        message.Losses.AddRange(answer.Losses.Select(loss => new Loss { Reason = (int)loss.Reason, At = loss.At.ToTimestamp(), Key = loss.Key.ToString(), Sequence = loss.Exchange?.Sequence ?? 0 }));
        return new NodeMessage { CollectAnswer = message };
    }

    /// <summary>The number of unfinished exchanges of a watch.</summary>
    public static NodeMessage Open(OpenCountChanged changed) =>
        new() { OpenChanged = new OpenChanged { WatchId = changed.WatchId, OpenCount = changed.OpenCount, HasLost = changed.HasLost } };

    /// <summary>What was looked for.</summary>
    public static NodeMessage Found(long findId, IReadOnlyList<Core.Searching.FoundExchange> exchanges)
    {
        var message = new Found { FindId = findId };
        foreach (Core.Searching.FoundExchange exchange in exchanges)
        {
            var found = new Protocols.Capture.V1.FoundExchange { ExchangeId = exchange.Id.ToString(), StartedAt = exchange.StartedAt.ToTimestamp() };
            found.Keys.AddRange(exchange.Keys.Select(key => key.ToString()));
            message.Exchanges.Add(found);
        }

        return new NodeMessage { Found = message };
    }

    /// <summary>The node's numbers: the ring's, and what the inputs and the link know.</summary>
    public static NodeMessage Status(NodeStatusView view, IReadOnlyDictionary<string, long> inputCounts)
    {
        var message = new NodeStatus
        {
            Horizon = view.Horizon?.ToTimestamp(),
            ExchangesPerSecond = view.ExchangesPerSecond,
            RingExchanges = view.RingExchanges,
            RingBytesUsed = view.RingBytesUsed,
            RingBytesTotal = view.RingBytesTotal,
            OpenExchanges = view.OpenExchanges,
        };
        message.Counts.Add(view.Counts.ToDictionary());
        foreach ((string name, long count) in inputCounts)
            message.Counts[name] = message.Counts.TryGetValue(name, out long known) ? known + count : count;
        message.Inputs.Add(view.Inputs.ToDictionary());
        return new NodeMessage { Status = message };
    }
}
