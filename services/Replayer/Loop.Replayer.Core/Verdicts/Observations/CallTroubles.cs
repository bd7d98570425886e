using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>Turns what the recording said to a live call into what the verdict needs of it.</summary>
public static class CallTroubles
{
    // Enough to see what changed; the report lists the rest.
    private const int MostFields = 3;

    /// <summary>Null when the call was answered beyond doubt.</summary>
    public static CallTrouble? Of(LiveCall live, CallMatch match, TimeSpan begunAt, bool isBackground) => match switch
    {
        CallMatch.Answered { Ambiguity: { } why } => Trouble(TroubleKind.Ambiguous, live, begunAt, isBackground) with { Note = why },
        CallMatch.Miss miss => Trouble(TroubleKind.Miss, live, begunAt, isBackground) with
        {
            Note = miss.Candidates is [MissCandidate nearest, ..] ? $"{miss.Why}; nearest is {nearest.Call.Label}, which differs in {string.Join("; ", Fields(nearest))}" : miss.Why,
            Partners = miss.ChangedFrom is { } partner ? [new RecordedPartner(partner.Call.Callee, [.. Fields(partner)])] : [],
        },
        _ => null,
    };

    private static CallTrouble Trouble(TroubleKind kind, LiveCall live, TimeSpan begunAt, bool isBackground) => new()
    {
        Kind = kind,
        Caller = live.Caller,
        Call = $"{live.Identity.Method} {live.Identity.Authority}{live.Identity.Route}",
        BegunAt = begunAt,
        IsBackground = isBackground,
    };

    private static IEnumerable<string> Fields(MissCandidate candidate) => candidate.Differences
        .Take(MostFields).Select(field => $"{field.Field}: {field.Recorded ?? "nothing"} → {field.Replayed ?? "nothing"}")
        // An equal call that was used up differs in nothing but its ordinal.
        .DefaultIfEmpty("nothing but its place in the order");
}
