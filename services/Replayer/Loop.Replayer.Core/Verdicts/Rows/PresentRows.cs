namespace Loop.Replayer.Core.Verdicts.Rows;

/// <summary>The judged hop ended as recorded. R1 to R3 judge answers, R4 ends that are no answers.</summary>
internal static class PresentRows
{
    /// <summary>An equal, strong identity.</summary>
    public static Decision? R1(Situation at)
    {
        if (!IsAnswerAgain(at) || at.Judged.IsWeak)
            return null;
        // Outside a sandbox nobody sees all calls; an asserted value is the whole identity.
        bool callsCount = at.IsSandbox && at.Target.Assertion is null;
        return !callsCount || at.Seen.EarlierCallsEqual is true ? Decision.Reproduced("R1", $"{Again(at)}, with the same answer") : null;
    }

    /// <summary>Equal but weak, with further evidence.</summary>
    public static Decision? R2(Situation at)
    {
        // An external destination has no control; there the seen calls must do.
        bool controlled = !at.IsSandbox || at.Seen.Control is ControlResult.Passed;
        return IsAnswerAgain(at) && at.Judged.IsWeak && controlled && at.Seen.EarlierCallsEqual is true
            ? Decision.Reproduced("R2", $"{Again(at)} after the same calls (weak evidence: the answer says nothing about its cause)")
            : null;
    }

    /// <summary>Equal, and it may yet be another cause.</summary>
    public static Decision? R3(Situation at)
    {
        if (at.Judged.Sight is not Sight.Same || IsBroken(at))
            return null;
        if (!at.Judged.IsWeak)
            return at.Seen.EarlierCallsEqual is null ? CauseUnproven(at, "nobody saw the calls before it") : null;
        if (!at.IsSandbox)
            return CauseUnproven(at, "the answer says nothing about its cause");
        return CauseUnproven(at, at.Seen.EarlierCallsEqual is true
            ? "the answer says nothing about its cause, and no control was replayed"
            : "the answer says nothing about its cause, and the calls before it were not the same");
    }

    /// <summary>A timeout, abort or reset again.</summary>
    public static Decision? R4(Situation at)
    {
        if (at.Judged.Sight is not Sight.Same || !IsBroken(at))
            return null;
        string? lacking = Lacking(at);
        return lacking is null ? Decision.Reproduced("R4", $"{Again(at)}, in the same phase") : CauseUnproven(at, lacking);
    }

    private static string? Lacking(Situation at) => (at.IsSandbox, at.Seen.Break) switch
    {
        (false, _) => null,
        (_, null) => "nobody saw who ended it",
        (_, { SameParty: false }) => "another party ended it",
        (_, { SameCallsOpen: false }) => "other calls were open when it ended",
        (_, { LatencyInForce: false }) => "answers did not come with their recorded delay",
        (_, { Near: { } near }) => near,
        // Who was slow is not said by the end; what it did before is all that tells two causes apart.
        _ when at.Target.TimeoutEmulated && at.Seen.EarlierCallsEqual is not true => "the calls before it were not the same",
        _ => null,
    };

    private static bool IsAnswerAgain(Situation at) => at.Judged.Sight is Sight.Same && !IsBroken(at);

    private static bool IsBroken(Situation at) => at.Judged.IsBreak(at.Target) && at.Target.Assertion is null;

    private static string Again(Situation at) => $"{at.Judged.Where}: {at.Judged.Failure} again";

    private static Decision CauseUnproven(Situation at, string why) => Decision.Inconclusive("R3", $"cause unproven: {at.Judged.Failure} again, but {why}",
        at.IsSandbox
            ? "keep a healthy conversation of the same route as control, replay with recorded latency, or assert the wrong value (--wrong)"
            : "put proxies around the services under test, so that the calls before the failure are seen");
}
