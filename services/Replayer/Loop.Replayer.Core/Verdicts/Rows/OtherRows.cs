namespace Loop.Replayer.Core.Verdicts.Rows;

/// <summary>Something fails, and it is not the recorded failure.</summary>
internal static class OtherRows
{
    /// <summary>Other cause.</summary>
    public static Decision? D1(Situation at)
    {
        if (at.Judged.Sight is Sight.OtherIdentity)
            return Decision.Diverged("D1", $"other cause: {at.Judged.Where} ends with the same status and another answer");
        // Calls before the failure are part of a strong identity.
        return at.Judged.Sight is Sight.Same
            ? Decision.Diverged("D1", $"other cause: {at.Judged.Where} ends with the same answer after other calls")
            : null;
    }

    /// <summary>Other failure, or a hang.</summary>
    public static Decision? D2(Situation at)
    {
        bool answerDecides = at.Seen.Origin is Sight.NotObserved or Sight.Healthy or Sight.NotCalled;
        bool stillOpen = at is { IsSandbox: true, Seen.JudgedEndedAt: null };
        if ((answerDecides || stillOpen) && Hang(at, at.IsSandbox ? at.Judged.End : at.Target.EntryEnd) is { } hang)
            return hang;
        return at.Judged.Sight is Sight.OtherEnd or Sight.NotObserved
            ? Decision.Diverged("D2", $"other failure: {at.Judged.Where} ends in another way than recorded{at.Detail}")
            : null;
    }

    /// <summary>Fails elsewhere.</summary>
    public static Decision? D3(Situation at)
    {
        // A failure behind a later miss is where the recording ends, not where the build fails.
        bool pastRecording = at.LaterTroubles.Any();
        NewFailure? elsewhere = at.Seen.FailsElsewhere.FirstOrDefault(failure => !(failure.AfterMiss && pastRecording));
        if (elsewhere is not null)
            return Decision.Diverged("D3", $"fails elsewhere: {elsewhere.Where} fails and did not in the recording");
        bool excused = at.Seen.EntryFailsAfterMiss && pastRecording;
        return excused || EntryIsFine(at) ? null : Decision.Diverged("D3", $"fails elsewhere: {at.Target.Where} is healthy, yet the entry is not");
    }

    /// <summary>No whole answer within our own limit.</summary>
    public static Decision? Hang(Situation at, EndKind recorded)
    {
        if (!at.OurLimitEndedIt)
            return null;
        // Our own limit is not the recorded party that gave up.
        if (recorded is EndKind.TimedOutBeforeHeaders or EndKind.TimedOutMidBody || (at.IsSandbox && at.Target.TimeoutEmulated))
            return Decision.Inconclusive("D2", "time limit: only our own limit ended the call, the recorded one was ended by another party",
                "replay through the proxy that timed out, with Loop watching it");
        return at.Seen.WaitedLongEnough
            ? Decision.Diverged("D2", $"hang: no whole answer within the time limit{at.Detail}")
            : Decision.Inconclusive("D2", "time limit: no whole answer within the limit that was asked for", "replay with a longer --timeout");
    }

    private static bool EntryIsFine(Situation at)
    {
        if (at.Seen.EntryFails)
            return false;
        return at.Seen.Entry switch
        {
            Sight.Healthy => true,
            // Its callers hid the failure: an entry that ends as it did then is nothing new.
            Sight.Same or Sight.OtherIdentity => !at.Target.EntryFails,
            // A sandbox may hold no more than a part of the tree.
            Sight.NotObserved => at.IsSandbox,
            _ => false,
        };
    }
}
