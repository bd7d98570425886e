namespace Loop.Replayer.Core.Verdicts.Rows;

/// <summary>The failure lies where this replay does not reach.</summary>
internal static class ReachRows
{
    /// <summary>Origin not live.</summary>
    public static Decision? V2(Situation at)
    {
        if (at.Target.Place is TargetPlace.Outside)
            return Decision.Inconclusive("V2", $"origin not live: {at.Target.Where} failed and is not below the hop that was sent",
                "replay without --hop, or choose a hop above it");
        if (at.IsSandbox)
            return at.HasTarget && !at.Target.JudgedIsLive ? NotLive(at) : null;
        bool hidden = at.Target.Place is TargetPlace.Deeper && !at.Target.EntryFails && at.Seen.Origin is Sight.NotObserved;
        return hidden
            ? Decision.Inconclusive("V2", $"origin not live: {at.Target.Where} failed, its callers hid that, and no capture node saw it in the replay",
                "send it directly (--hop), or put proxies around the services under test")
            : null;
    }

    /// <summary>Made by the mesh.</summary>
    public static Decision? V3(Situation at)
    {
        if (at.IsSandbox)
            return at.HasTarget && at.Target is { MadeByProxy: true, TimeoutEmulated: false }
                ? Decision.Inconclusive("V3", $"made by the mesh: a proxy made the recorded answer of {at.Target.Where}, and no proxy runs in the sandbox",
                    "judge the live hop that had to cope with it: --judge HOP")
                : null;
        if (at.Seen.Origin is not Sight.NotObserved)
            return null;
        bool byProxy = at.Target.MadeByProxy || (at.HasTarget && at.Target.EntryMadeByProxy);
        return byProxy
            ? Decision.Inconclusive("V3", $"made by the mesh: a proxy made the recorded answer of {at.Target.Where}, and this replay bypasses it",
                "replay through that proxy, with Loop watching it")
            : null;
    }

    private static Decision NotLive(Situation at) => at.Target.JudgeNamed
        ? Decision.Inconclusive("V2", $"origin not live: {at.Target.Where}, which --judge names, is answered from the recording",
            "add its service to the sandbox file, or name a live hop")
        : Decision.Inconclusive("V2", $"origin not live: {at.Target.Where} failed by itself and is answered from the recording",
            "add its service to the sandbox file; or judge how a live hop copes with the failure: --judge HOP");
}
