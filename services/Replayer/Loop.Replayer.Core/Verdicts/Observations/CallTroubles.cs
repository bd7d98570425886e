using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>Turns what a run could not carry beyond doubt into what the verdict needs of it.</summary>
public static class CallTroubles
{
    // Enough to see what changed; the report lists the rest.
    private const int MostFields = 3;

    /// <summary>Calls without an answer or with more than one, and refused traffic.</summary>
    public static IEnumerable<CallTrouble> Of(RunRecord run) =>
        run.Calls.Select(call => Of(call, run.StartedAt)).OfType<CallTrouble>().Concat(run.Refused.Select(refused => new CallTrouble
        {
            Kind = refused.OpaqueHost is null ? TroubleKind.Refused : TroubleKind.Opaque,
            Caller = refused.Caller,
            Call = refused.Target,
            Note = refused.OpaqueHost,
            BegunAt = refused.At - run.StartedAt,
            IsBackground = refused.IsBackground,
        }));

    /// <summary>Null when the call was answered beyond doubt.</summary>
    public static CallTrouble? Of(ServedCall call, DateTimeOffset runStartedAt)
    {
        if (call.Miss is null && call.Ambiguity is null)
            return null;
        CallTrouble trouble = new()
        {
            Kind = call.Miss is null ? TroubleKind.Ambiguous : TroubleKind.Miss,
            Caller = call.Caller,
            Call = Text(call),
            BegunAt = call.StartedAt - runStartedAt,
            IsBackground = call.IsBackground,
        };
        if (call.Miss is not { } why)
            return trouble with { Note = call.Ambiguity };
        NearCall? partner = call.Candidates.FirstOrDefault(candidate => candidate.Label == call.ChangedFrom);
        return trouble with
        {
            Note = call.Candidates is [NearCall nearest, ..] ? $"{why}; nearest is {nearest.Label}, which differs in {string.Join("; ", Fields(nearest))}" : why,
            Partners = partner is null ? [] : [new RecordedPartner(partner.Callee, [.. Fields(partner)])],
        };
    }

    /// <summary>A call in words.</summary>
    public static string Text(ServedCall call) =>
        $"{call.Request.Part.Header(":method")} {call.Request.Part.Header(":authority")}{call.Request.Part.Header(":path")?.Split('?')[0]}";

    /// <summary>What differs, the weightiest first.</summary>
    public static IEnumerable<string> Fields(NearCall candidate) => candidate.Differences
        .Take(MostFields).Select(field => $"{field.Field}: {field.Recorded ?? "nothing"} → {field.Replayed ?? "nothing"}")
        // An equal call that was used up differs in nothing but its ordinal.
        .DefaultIfEmpty("nothing but its place in the order");
}
