using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Documents;

/// <summary>Places of exchanges belong to one pack; everything else of a stream is the same in every store.</summary>
internal static class FactPlaces
{
    /// <summary>The facts for a pack that holds these exchanges, in their order, in one segment.</summary>
    public static IReadOnlyList<ConversationEvent> In(int segment, IReadOnlyList<ConversationEvent> facts, IReadOnlyList<Exchange> exchanges)
    {
        Dictionary<ExchangeId, int> ordinals = exchanges.Select((exchange, ordinal) => (exchange.Id, ordinal)).ToDictionary(pair => pair.Id, pair => pair.ordinal);
        return
        [
            .. facts.Where(fact => fact is not ConversationCompacted).Select(fact => fact switch
            {
                ExchangeRecorded recorded => recorded with { Segment = segment, Ordinal = ordinals[recorded.Id] },
                LateExchangeRecorded late => late with { Segment = segment, Ordinal = ordinals[late.Id] },
                ConversationSealed sealing => sealing with { Segment = null },
                _ => fact,
            }),
        ];
    }
}
