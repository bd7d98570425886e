using System.Security.Cryptography;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Capture.V1;
using Loop.Protocols.Exchanges;
using WireExchange = Loop.Protocols.Capture.V1.CapturedExchange;

namespace Loop.Store.Nodes;

/// <summary>From messages of the link to the store's own types. What does not hold is refused here, before anything is written.</summary>
internal static class LinkMessages
{
    /// <summary>An exchange with its bodies.</summary>
    /// <exception cref="InvalidDataException">It contradicts itself.</exception>
    public static Loop.Contracts.Exchanges.CapturedExchange Read(WireExchange message)
    {
        Exchange head = ExchangeCodec.Decode(message.Head ?? throw new InvalidDataException("An exchange without a head."));
        Check(head.Id, "request", head.Request?.Body, message.RequestBody.Memory);
        Check(head.Id, "response", head.Response?.Body, message.ResponseBody.Memory);
        return new(head, message.RequestBody.Memory, message.ResponseBody.Memory);
    }

    /// <summary>A trigger.</summary>
    /// <exception cref="InvalidDataException">It names nothing.</exception>
    public static Trigger Read(Triggered message)
    {
        TraceKey[] keys = [.. message.Keys.Select(ReadKey).Distinct()];
        if (keys.Length == 0)
            throw new InvalidDataException($"Trigger {message.TriggerId} carries no trace key.");
        ExchangeId? exchange = message.ExchangeId.Length == 0
            ? null
            : ExchangeId.TryParse(message.ExchangeId, out ExchangeId id) ? id : throw new InvalidDataException($"'{message.ExchangeId}' is no exchange id.");
        return new Trigger(message.Rule, message.Reason, exchange, keys, message.At?.ToDateTimeOffset() ?? throw new InvalidDataException("A trigger without a time."));
    }

    /// <summary>An answer to a collection.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static NodeAnswer Read(CollectAnswer message, NodeSession session, DateTimeOffset now) => new()
    {
        Node = session.Node,
        Epoch = session.Epoch,
        StartedAt = message.StartedAt?.ToDateTimeOffset() ?? DateTimeOffset.FromUnixTimeMilliseconds(session.Epoch),
        Horizon = message.Horizon?.ToDateTimeOffset(),
        OpenCount = Math.Max(0, message.OpenCount),
        Watches = [.. message.Watches],
        EvictionsSince = message.EvictionsSince?.ToDateTimeOffset(),
        Losses = [.. message.Losses.Select(loss => Read(loss, session))],
        At = now,
    };

    /// <summary>What a node found, without what cannot be collected.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static IReadOnlyList<FoundExchange> Read(Found message) => [.. message.Exchanges.Where(found => found.Keys.Count > 0).Select(Read)];

    private static FoundExchange Read(Loop.Protocols.Capture.V1.FoundExchange found) => new(
        ExchangeId.TryParse(found.ExchangeId, out ExchangeId id) ? id : throw new InvalidDataException($"'{found.ExchangeId}' is no exchange id."),
        [.. found.Keys.Select(ReadKey).Distinct()],
        found.StartedAt?.ToDateTimeOffset() ?? throw new InvalidDataException("A found exchange without a start."));

    private static JournalEntry Read(Loss loss, NodeSession session)
    {
        var reason = (LossReason)loss.Reason;
        if (!Enum.IsDefined(reason))
            throw new InvalidDataException($"Loss reason {loss.Reason} is unknown: a newer Loop sent it.");
        ExchangeId? exchange = loss.Sequence > 0 ? new ExchangeId(session.Node, session.Epoch, loss.Sequence) : null;
        return new JournalEntry(reason, loss.At?.ToDateTimeOffset() ?? default, ReadKey(loss.Key), exchange);
    }

    private static TraceKey ReadKey(string text) => TraceKey.TryParse(text, out TraceKey key) ? key : throw new InvalidDataException($"'{text}' is no trace key.");

    private static void Check(ExchangeId id, string direction, BodyInfo? body, ReadOnlyMemory<byte> bytes)
    {
        BodyInfo expected = body ?? BodyInfo.Empty;
        if (bytes.Length != expected.KeptBytes)
            throw new InvalidDataException($"Exchange {id}: the {direction} body has {bytes.Length} bytes, its head says {expected.KeptBytes}.");
        if (bytes.Length > 0 && Convert.ToHexStringLower(SHA256.HashData(bytes.Span)) != expected.Sha256)
            throw new InvalidDataException($"Exchange {id}: the {direction} body is not the one that its head names.");
    }
}
