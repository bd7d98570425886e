namespace Loop.Store.Core.Conversations;

/// <summary>How long a collection waits.</summary>
/// <param name="Quiet">Since the last arrival, before a conversation without open exchanges is sealed; longer than an access log's flush.</param>
/// <param name="Limit">Since it was kept: sealed then, whatever is open.</param>
/// <param name="ReconnectGrace">After a restart of the store: how long nodes may take to come back.</param>
public sealed record CollectionTimes(TimeSpan Quiet, TimeSpan Limit, TimeSpan ReconnectGrace);
