using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Core.Verdicts.Rows;

/// <summary>Calls that the recording could not answer beyond doubt.</summary>
internal static class CallRows
{
    /// <summary>Before the judged answer ended: whatever followed may be a consequence.</summary>
    public static Decision? V5(Situation at)
    {
        CallTrouble? first = at.Troubles.Where(at.IsBeforeJudgedEnd).OrderBy(call => call.BegunAt).ThenBy(call => call.Kind).FirstOrDefault();
        return first switch
        {
            null => null,
            { Kind: TroubleKind.Miss } when at.Seen.WhatIf is not null => Decision.Inconclusive("V5", $"miss: {Text(first)} has no recorded answer{Note(first)}",
                "make the callee live (--live), or let one fault answer every call to it: --fault 'SERVICE status=503'"),
            { Kind: TroubleKind.Miss, Partners: [RecordedPartner partner] } => Decision.Inconclusive("V5",
                $"changed call: {Text(first)} differs from the recorded one in {string.Join("; ", partner.Fields)}", $"make the callee live: --live {partner.Callee}"),
            { Kind: TroubleKind.Miss } => Decision.Inconclusive("V5", $"miss: {Text(first)} has no recorded answer{Note(first)}",
                "make the callee live (--live), or declare the call as background in the sandbox file if it belongs to no request"),
            { Kind: TroubleKind.Refused } => Decision.Inconclusive("V5", $"refused: {Text(first)} is not open in the sandbox",
                "declare it under dependencies: in the sandbox file, or make the callee live (--live)"),
            { Kind: TroubleKind.Opaque } => Decision.Inconclusive("V5", $"opaque: {Text(first)} is TLS that the service opened itself, so no proxy saw what it says",
                $"if it belongs to no request, declare its calls under background: in the sandbox file (call: GET https://{first.Note}/PATH); else let the service call it through its proxy without TLS, and keep the failure again"),
            _ when at.Seen.TooManyAssignments => Decision.Inconclusive("V5",
                $"ambiguous: {Text(first)} fits recorded answers that differ{Note(first)}; more than {AnswerAssignments.Most} assignments of them are possible, so none was tried",
                "admit one call at a time (serialise: in the sandbox file)"),
            _ => Decision.Inconclusive("V5", $"ambiguous: {Text(first)} fits recorded answers that differ{Note(first)}",
                "try the assignments (--permute), or admit one call at a time (serialise: in the sandbox file)"),
        };
    }

    /// <summary>After it: listed, decides nothing. Background is listed too.</summary>
    public static IReadOnlyList<string> V6(Situation at) =>
    [
        .. at.LaterTroubles.OrderBy(call => call.BegunAt).Select(call => $"{Kind(call)} after the judged answer: {Text(call)}"),
        .. at.Seen.Troubles.Where(call => call.IsBackground).OrderBy(call => call.BegunAt).Select(call => $"background {Kind(call)}: {Text(call)}"),
    ];

    private static string Text(CallTrouble call) => $"{call.Call} by {call.Caller}";

    private static string Note(CallTrouble call) => call.Note is null ? "" : $": {call.Note}";

    private static string Kind(CallTrouble call) => call.Kind switch
    {
        TroubleKind.Refused => "refused call",
        TroubleKind.Ambiguous => "ambiguous match",
        TroubleKind.Opaque => "opaque call",
        _ => "miss",
    };
}
