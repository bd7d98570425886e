namespace Loop.Replayer.Core.StandIns;

/// <summary>
/// Remembers which answers were given on a guess. A call without trace context that several hops may have made takes the answer of one of them; from then
/// on nobody can say how many of the equal calls each of these hops has made, so the doubt stays with all of them, also for calls that name their hop.
/// </summary>
internal sealed class CallerDoubts
{
    private readonly HashSet<(string Hop, string Key)> _doubtful = [];
    private readonly HashSet<RecordedCall> _certain = new(ReferenceEqualityComparer.Instance);

    /// <summary>Notes who may have made the call. Returns why another recorded answer might be the right one; null when none might.</summary>
    /// <param name="live">The call.</param>
    /// <param name="chosen">The recorded call that it is taken for.</param>
    /// <param name="equal">Equal recorded calls of its service in recorded order, used ones too.</param>
    /// <param name="mayHaveMade">True for those whose hop may have made it.</param>
    /// <param name="used">Calls that were answered before.</param>
    public string? Take(LiveCall live, RecordedCall chosen, IReadOnlyList<RecordedCall> equal, Func<RecordedCall, bool> mayHaveMade, IReadOnlySet<RecordedCall> used)
    {
        // There is no other that it might be.
        if (equal is [var only] && only == chosen)
            return null;
        string key = live.Identity.Key;
        List<RecordedCall> possible = [.. equal.Where(mayHaveMade)];
        List<string> hops = [.. possible.Where(call => !used.Contains(call)).Select(call => call.CallerHopId).Distinct()];
        bool wasDoubtful = possible.Any(call => _doubtful.Contains((call.CallerHopId, key)));
        if (hops.Count > 1 || wasDoubtful)
            _doubtful.UnionWith(hops.Select(hop => (hop, key)));
        else
            _certain.Add(chosen);
        // Without doubt a hop makes its equal calls in recorded order: the call is the first that is left of one of them. With doubt it may be any that a guess could have taken.
        IEnumerable<RecordedCall> candidates = wasDoubtful
            ? equal.Where(call => !_certain.Contains(call) && _doubtful.Contains((call.CallerHopId, key)))
            : possible.Where(call => !used.Contains(call)).DistinctBy(call => call.CallerHopId);
        if (candidates.FirstOrDefault(call => call != chosen && !call.IsAnsweredLike(chosen)) is not { } other)
            return null;
        string why = live.CallerHopId is null ? $"{live.Caller} passed no trace context on" : $"{live.Caller} passed no trace context on with an equal call before";
        return $"{why}; the call is {chosen.Label} or {other.Label}, which were answered differently";
    }
}
