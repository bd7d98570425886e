using System.Globalization;
using Loop.Contracts;
using Loop.Replayer.Core.Planning;

namespace Loop.Replayer.Core.WhatIfs;

/// <summary>The calls of a conversation that a name means.</summary>
/// <param name="Calls">Them, in recorded order; empty when there are none.</param>
/// <param name="Rank">How narrow the name is: where two faults mean one call, the narrower wins.</param>
/// <param name="Wrong">Why there are none; null when there are.</param>
/// <param name="Near">Calls that might have been meant.</param>
internal sealed record NamedCalls(IReadOnlyList<PlannedCall> Calls, int Rank, string? Wrong, IReadOnlyList<PlannedCall> Near)
{
    /// <summary>Rank of a name that means one call and no other, whatever the replay does.</summary>
    public const int OneCall = 2;

    private const string Entry = "entry";

    public static NamedCalls Of(CallName name, IReadOnlyList<PlannedCall> all, string entryHopId)
    {
        if (name is { Method: null, Ordinal: null } && all.FirstOrDefault(call => IsHop(call, name.Service, entryHopId)) is { } hop)
            return new NamedCalls([hop], OneCall, null, []);
        List<PlannedCall> ofService = [.. all.Where(call => call.Hop.Destination == name.Service)];
        if (ofService.Count == 0)
            return None($"no call goes to '{name.Service}'; did you mean {NearestWord.To(name.Service, all.Select(call => call.Hop.Destination).Distinct())}?", all);
        List<PlannedCall> found = [.. ofService.Where(call => name.Method is null || (call.Hop.Request?.Method == name.Method && call.Hop.Request.Path.Split('?')[0] == name.Route))];
        if (found.Count == 0)
            return None($"no call to {name.Service} is {name.Method} {name.Route}", ofService);
        if (name.Ordinal is not { } ordinal)
            return new NamedCalls(found, name.Method is null ? 0 : 1, null, []);
        return ordinal <= found.Count
            ? new NamedCalls([found[ordinal - 1]], OneCall, null, [])
            : None(string.Create(CultureInfo.InvariantCulture, $"{name with { Ordinal = null }} was called {(found.Count == 1 ? "once" : $"{found.Count} times")}, not {ordinal} times"), found);
    }

    private static bool IsHop(PlannedCall call, string name, string entryHopId) =>
        call.Hop.Id == name || call.Hop.Number.ToString(CultureInfo.InvariantCulture) == name || (name == Entry && call.Hop.Id == entryHopId);

    private static NamedCalls None(string wrong, IReadOnlyList<PlannedCall> near) => new([], 0, wrong, near);
}
