using Loop.Protocols.Exchanges.V1;

namespace Loop.Store.Core.Packs.Heads;

/// <summary>A head with the numbers of its bodies in the index of its segment, from 1; 0 for none. The head has no hashes.</summary>
internal readonly record struct HeadRow(ExchangeHead Head, int RequestBody, int ResponseBody);
