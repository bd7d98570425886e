using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Conversations.Tree;

/// <summary>An exchange of a conversation's pack.</summary>
/// <param name="Exchange">Everything but bodies.</param>
/// <param name="Late">True when it came after the seal.</param>
public sealed record RecordedExchange(Exchange Exchange, bool Late);
