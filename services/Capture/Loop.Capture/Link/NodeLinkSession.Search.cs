using Loop.Capture.Core.Searching;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Capture.V1;

namespace Loop.Capture.Link;

/// <summary>Looks through the ring beside the sender, since that takes long and collections must not wait for it.</summary>
internal sealed partial class NodeLinkSession
{
    private const int MaximumFound = 500;

    private async Task Search(CancellationToken ends)
    {
        await foreach (Find request in _searches.Reader.ReadAllAsync(ends))
        {
            if (Query(request) is not { } query)
                continue;
            IReadOnlyList<Core.Searching.FoundExchange> found = await collector.Find(query, Math.Clamp(request.Limit, 1, MaximumFound), ends);
            await _confirmations.Writer.WriteAsync(NodeMessages.Found(request.FindId, found), ends);
        }
    }

    // Null: a newer store looks for something that is not known here.
    private static RingQuery? Query(Find request) => request.WhatCase switch
    {
        Find.WhatOneofCase.Healthy when Enum.TryParse(request.Healthy.View, ignoreCase: true, out ExchangeView view) =>
            new Core.Searching.HealthyOfRoute(new EntryRoute(view, request.Healthy.Service, request.Healthy.Authority, request.Healthy.Method, request.Healthy.Path)),
        Find.WhatOneofCase.Session => new Core.Searching.SameSession([.. request.Session.Tokens], request.Session.NeedsAll),
        _ => null,
    };
}
