using Loop.Contracts.Exchanges;

namespace Loop.Store.Nodes;

/// <summary>A request that a node holds: by what it is collected.</summary>
/// <param name="Id">Identity given at capture.</param>
/// <param name="Keys">Its trace keys; never empty.</param>
/// <param name="StartedAt">When its proxy received it.</param>
public sealed record FoundExchange(ExchangeId Id, IReadOnlyList<TraceKey> Keys, DateTimeOffset StartedAt);

/// <summary>What a search over all nodes found.</summary>
/// <param name="Exchanges">Newest first, over all nodes.</param>
/// <param name="Asked">Nodes that were asked.</param>
/// <param name="Silent">Those of them that did not answer in time.</param>
public sealed record NodeSearch(IReadOnlyList<FoundExchange> Exchanges, IReadOnlyList<string> Asked, IReadOnlyList<string> Silent);
