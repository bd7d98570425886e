using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Core.Planning;

/// <summary>Which recorded hops run for real, which are driven into them, and which are answered from the recording. Made from the recording alone.</summary>
public sealed record LivePlan
{
    /// <summary>Services that run for real.</summary>
    public required IReadOnlySet<string> Live { get; init; }

    /// <summary>Hops into a live service that no live service makes: the roots of the live subtrees, in recorded order. Each is driven by itself.</summary>
    public required IReadOnlyList<PlannedCall> Drives { get; init; }

    /// <summary>Hops from one live service to another: they happen by themselves, or they do not.</summary>
    public required IReadOnlyList<PlannedCall> Relayed { get; init; }

    /// <summary>Hops from a live service to a recorded one: stand-ins answer them.</summary>
    public required IReadOnlyList<PlannedCall> Answered { get; init; }

    /// <summary>Hops that neither side of runs for real: nothing of them happens in the replay.</summary>
    public required IReadOnlyList<PlannedCall> Outside { get; init; }

    /// <summary>Splits the hops of a conversation.</summary>
    /// <param name="hops">All hops.</param>
    /// <param name="exchanges">All recorded exchanges.</param>
    /// <param name="live">Services that run for real.</param>
    /// <param name="from">Hop above which nothing happens: whoever made it does not run here. Null when everything may.</param>
    public static LivePlan Of(IReadOnlyList<HopView> hops, IReadOnlyList<Exchange> exchanges, IReadOnlySet<string> live, string? from = null)
    {
        IReadOnlyList<PlannedCall> calls = PlannedCalls.Of(hops, exchanges);
        Dictionary<string, HopView> byId = hops.ToDictionary(hop => hop.Id);
        // The tree says during which hop a call was made; without a parent, the proxy that saw it leave says which service made it.
        bool IsMadeByLive(HopView hop) => hop.Id != from && (hop.ParentId is { } parent && byId.TryGetValue(parent, out HopView? caller) ? live.Contains(caller.Destination) : live.Contains(hop.Source));
        ILookup<(bool Made, bool Answered), PlannedCall> sides = calls.ToLookup(call => (IsMadeByLive(call.Hop), live.Contains(call.Hop.Destination)));
        return new LivePlan
        {
            Live = live,
            Drives = [.. sides[(false, true)]],
            Relayed = [.. sides[(true, true)]],
            Answered = [.. sides[(true, false)]],
            Outside = [.. sides[(false, false)]],
        };
    }
}
