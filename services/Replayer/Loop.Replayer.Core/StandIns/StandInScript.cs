using Loop.Replayer.Core.Streams;

namespace Loop.Replayer.Core.StandIns;

/// <summary>
/// The part that all stand-ins of one run play. A call is answered by its position in the conversation: caller hop, identity, and its ordinal among
/// equals. An answer that was given is never given again. Safe for use from many threads.
/// </summary>
public sealed class StandInScript
{
    private readonly Lock _gate = new();
    private readonly IReadOnlyList<RecordedCall> _calls;
    private readonly Dictionary<RecordedCall, CallIdentity> _identities;
    private readonly ILookup<(string Caller, string Key), RecordedCall> _equal;
    private readonly HashSet<RecordedCall> _used = new(ReferenceEqualityComparer.Instance);
    private readonly CallerDoubts _doubts = new();
    private readonly Dictionary<string, IReadOnlyList<string>> _assigned;

    /// <summary>A script of <paramref name="calls"/>, in the order in which they were made.</summary>
    /// <param name="calls">The recorded calls.</param>
    /// <param name="reader">Reads calls as they are identified.</param>
    /// <param name="assigned">Recorded hops in the order in which equal calls take their answers; see <see cref="StandInPlan.Assigned"/>.</param>
    public StandInScript(IEnumerable<RecordedCall> calls, CallReader reader, IReadOnlyList<IReadOnlyList<string>>? assigned = null)
    {
        _assigned = (assigned ?? []).SelectMany(order => order.Select(hop => (hop, order))).ToDictionary(pair => pair.hop, pair => pair.order);
        _calls = [.. calls.OrderBy(call => call.StartedAt).ThenBy(call => call.HopId, StringComparer.Ordinal)];
        _identities = _calls.ToDictionary(call => call, call => reader.Read(AnswerFlow.SpeaksFirst(call) ? call.Request with { Body = ReadOnlyMemory<byte>.Empty } : call.Request), (IEqualityComparer<RecordedCall>)ReferenceEqualityComparer.Instance);
        _equal = Assigned(_calls).ToLookup(call => (call.Caller, _identities[call].Key));
    }

    /// <summary>True when a service called there that answered before it was told anything: such a call cannot be told by its first message.</summary>
    public bool SpeaksFirst(string caller, string target) => _calls.Any(call => call.Caller == caller && call.Request.Part.Header(":path") == target && AnswerFlow.SpeaksFirst(call));

    /// <summary>Calls that nobody made so far, in recorded order.</summary>
    public IReadOnlyList<RecordedCall> Unused
    {
        get
        {
            lock (_gate)
                return [.. _calls.Where(call => !_used.Contains(call))];
        }
    }

    /// <summary>Answers a call, and uses the answer up.</summary>
    /// <param name="live">The call.</param>
    /// <param name="suppose">What the call would be if it were this recorded one, the values aside that a service makes anew in every run; null compares as it is.</param>
    public CallMatch Take(LiveCall live, Func<RecordedCall, CallIdentity>? suppose = null)
    {
        lock (_gate)
        {
            List<RecordedCall> equal = [.. _equal[(live.Caller, live.Identity.Key)]];
            List<RecordedCall> fitting = [.. equal.Where(call => MayHaveMade(live, call))];
            RecordedCall? chosen = fitting.Find(call => !_used.Contains(call)) ?? (suppose is null ? null : Supposed(live, suppose, answeredFromHere: true));
            if (chosen is null)
                return Miss(live, equal, fitting, suppose);
            string? doubt = _doubts.Take(live, chosen, equal, call => MayHaveMade(live, call) || (live.CallerHopId is null && live.EndedHops.Contains(call.CallerHopId)), _used);
            string? ambiguity = Parallel(chosen, fitting) ?? doubt;
            _used.Add(chosen);
            return new CallMatch.Answered(chosen, ambiguity);
        }
    }

    // With more than one that it might be, it is none: a guess would be answered with another's answer.
    private RecordedCall? Supposed(LiveCall live, Func<RecordedCall, CallIdentity> suppose, bool answeredFromHere)
    {
        List<RecordedCall> possible = [.. _calls.Where(call => call.IsLive != answeredFromHere && call.Caller == live.Caller && !_used.Contains(call) && MayHaveMade(live, call)
            && suppose(call) is { } supposed && supposed.IsSameRoute(_identities[call]) && supposed.Key == _identities[call].Key)];
        return possible.Count == 1 ? possible[0] : null;
    }

    /// <summary>
    /// The recorded call that a call to a live service is, and uses it up; null when it is none. The callee answers in any case, so a call that changed is taken
    /// for the next one of the same route: what changed is compared, not refused.
    /// </summary>
    public RecordedCall? TakeLive(LiveCall live, Func<RecordedCall, CallIdentity>? suppose = null)
    {
        lock (_gate)
        {
            List<RecordedCall> open = [.. _calls.Where(call => call.IsLive && call.Caller == live.Caller && !_used.Contains(call) && MayHaveMade(live, call))];
            RecordedCall? chosen = open.Find(call => _identities[call].Key == live.Identity.Key)
                ?? (suppose is null ? null : Supposed(live, suppose, answeredFromHere: false))
                ?? open.Find(call => _identities[call].IsSameRoute(live.Identity));
            if (chosen is not null)
                _used.Add(chosen);
            return chosen;
        }
    }

    // A trace context names the caller hop. Without one, a hop that is being served may have made the call; with none being served, a call outlived its request.
    private static bool MayHaveMade(LiveCall live, RecordedCall call) => live switch
    {
        { CallerHopId: { } hop } => call.CallerHopId == hop,
        { OpenHops.Count: > 0 } => live.OpenHops.Contains(call.CallerHopId),
        _ => true,
    };

    // Calls of one group change places among themselves; all others stay where they are.
    private IEnumerable<RecordedCall> Assigned(IReadOnlyList<RecordedCall> calls)
    {
        Dictionary<string, RecordedCall> byHop = calls.Where(call => _assigned.ContainsKey(call.HopId)).ToDictionary(call => call.HopId);
        Dictionary<IReadOnlyList<string>, int> taken = new(ReferenceEqualityComparer.Instance);
        foreach (RecordedCall call in calls)
        {
            if (!_assigned.TryGetValue(call.HopId, out IReadOnlyList<string>? order))
            {
                yield return call;
                continue;
            }

            int place = taken[order] = taken.GetValueOrDefault(order) + 1;
            yield return byHop[order[place - 1]];
        }
    }

    private bool IsSettled(RecordedCall one, RecordedCall other) => _assigned.TryGetValue(one.HopId, out IReadOnlyList<string>? order) && order.Contains(other.HopId);

    private string? Parallel(RecordedCall chosen, List<RecordedCall> fitting) =>
        fitting.Find(call => !IsSettled(chosen, call) && call.CallerHopId == chosen.CallerHopId && call != chosen && call.Overlaps(chosen) && !call.IsAnsweredLike(chosen)) is { } parallel
            ? $"{chosen.Label} and {parallel.Label} are equal calls, were made at the same time and answered differently"
            : null;

    private CallMatch.Miss Miss(LiveCall live, List<RecordedCall> equal, List<RecordedCall> fitting, Func<RecordedCall, CallIdentity>? suppose)
    {
        // Else what was not kept would pass for a difference.
        MissCandidate Candidate(RecordedCall call) => MissCandidates.Of(call, _identities[call], call.Request.Part.Body.Truncated && suppose is not null ? live with { Identity = suppose(call) } : live);
        List<RecordedCall> unused = [.. _calls.Where(call => !_used.Contains(call))];
        string why = (fitting.Count, equal.Count) switch
        {
            (1, _) => "it was recorded once, and that answer was given already",
            ( > 1, _) => $"it was recorded {fitting.Count} times, and these answers were given already",
            (_, > 0) => "it was recorded, but made while another request was served",
            _ => "no such call was recorded",
        };
        List<MissCandidate> candidates = [.. unused.Select(Candidate).OrderBy(MissCandidates.Distance).Take(MissCandidates.Limit)];
        List<RecordedCall> partners = [.. unused.Where(call => MayHaveMade(live, call) && call.Caller == live.Caller && _identities[call].IsSameRoute(live.Identity))];
        return new CallMatch.Miss(why, candidates, partners.Count == 1 ? Candidate(partners[0]) : null);
    }
}
