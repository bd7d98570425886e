using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Conversations.Tree;

/// <summary>
/// Tells, of the calls whose caller was not found, those that entered the mesh from those whose caller is missing. A trace may enter more than once, and at
/// the same time: a browser that asks for ten things, a job that calls from ten threads. Lying inside another request is therefore no proof.
/// <list type="number">
/// <item><description>Whoever may have made the call was busy with the same trace when it began, and is at the host that it came from.</description></item>
/// <item><description>A request that no proxy sent, in a mesh whose proxies mark what they send, came from outside.</description></item>
/// <item><description>A service that made one call of its own accord makes the others so too.</description></item>
/// </list>
/// </summary>
internal sealed class EntrySearch(IReadOnlyList<HopDraft> hops)
{
    private readonly bool _isSilentMesh = hops.Any(hop => hop.Client is not null && hop.Servers.Any(server => !server.Exchange.IsSentByProxy()));
    private readonly ILookup<string?, Exchange> _byService = hops.SelectMany(hop => hop.Views).Select(view => view.Exchange).ToLookup(exchange => exchange.Service);

    /// <summary>The requests within which the caller may have made this call; none when it is an entry.</summary>
    public IReadOnlyList<HopDraft> PossibleCallers(HopDraft hop)
    {
        if (hop.Client is { Exchange.View: ExchangeView.Edge } || (hop.Client is null ? IsFromOutside(hop) : IsOfAnOrigin(hop)))
            return [];
        return [.. hops.Where(other => other != hop && other.Servers.Count > 0 && IsBusy(other, hop) && !ParentSearch.IsDescendant(other, hop) && MayHaveCalled(other, hop))];
    }

    private static bool IsBusy(HopDraft other, HopDraft hop) => other.StartedAt < hop.StartedAt && ParentSearch.EndedAfter(other.Outcome, hop.StartedAt);

    // Where even calls of known callers are unmarked (the headers are suppressed), an unmarked one says nothing.
    private bool IsFromOutside(HopDraft hop) => !_isSilentMesh && !hop.Servers.Any(server => server.Exchange.IsSentByProxy());

    private bool IsOfAnOrigin(HopDraft hop) => hops.Any(other =>
        other.StartedAt < hop.StartedAt && other is { Parent: null, JoinedBy: "root", Client: { } client }
        && client.Exchange.Service == hop.Client!.Exchange.Service && client.Exchange.Instance == hop.Client.Exchange.Instance
        && CallEvidence.MayBeOneTrace(client.Exchange, hop.Client.Exchange));

    private bool MayHaveCalled(HopDraft other, HopDraft hop) => hop.Views.Any(view =>
        CallEvidence.MayBeOneTrace(other.Outcome, view.Exchange)
        && (view.Exchange.View is not ExchangeView.Server || CallEvidence.MayComeFrom(view.Exchange, _byService[other.LastServer!.Exchange.Service])));
}
