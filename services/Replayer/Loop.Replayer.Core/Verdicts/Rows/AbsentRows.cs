using Loop.Contracts.Replays;

namespace Loop.Replayer.Core.Verdicts.Rows;

/// <summary>The failure did not happen.</summary>
internal static class AbsentRows
{
    /// <summary>Redacted input, or the wrong time: it may be absent for that alone.</summary>
    public static Decision? F1(Situation at)
    {
        if (at.Seen.DroppedCredentials.Count > 0)
            return Decision.Inconclusive("F1", $"redacted input: the failure is absent, but {at.Dropped} could not be sent",
                $"supply it: --header '{at.Seen.DroppedCredentials[0]}: …'");
        if (at.Seen.RedactedInputs is [string place, ..])
            return Decision.Inconclusive("F1", $"redacted input: the failure is absent, but live logic received a token at {place}",
                "declare it under credentials: in the sandbox file");
        return at.Seen.ClockNotReached is [string service, ..]
            ? Decision.Inconclusive("F1", $"clock: the failure is absent, but {service} did not run at the recorded time, and its recording holds dates near its start",
                "start the service so that the replay's clock reaches it, or set clock: of the sandbox file")
            : null;
    }

    /// <summary>Absent, and nobody ever saw it happen here.</summary>
    public static Decision? F2(Situation at)
    {
        if (at.IsSandbox && at.Seen.Evidence is not Evidence.Sealed)
            return Decision.Inconclusive("F2", $"absent, no baseline: {What(at)} did not happen, and the sandbox is not sealed, so nothing proves that it could have",
                "replay on Linux, where user and network namespaces seal the sandbox");
        if (at.Seen.Baseline?.RunsNeeded is not null)
            return null;
        return at.IsSandbox
            ? Decision.Inconclusive("F2", $"absent, no baseline: {What(at)} did not happen, and no replay under the same plan ever reproduced it with another build",
                "replay the build that failed first, with the same sandbox file")
            : Decision.Inconclusive("F2", $"absent, no baseline: {What(at)} did not happen, and no replay ever reproduced it elsewhere",
                "replay against the build that failed first, at another destination");
    }

    /// <summary>Absent where it is known to happen.</summary>
    public static Decision F3(Situation at)
    {
        string proof = at.IsSandbox ? "a replay of another build under the same plan reproduced it" : "an earlier replay reproduced it at another destination";
        string past = at.LaterTroubles.Any() ? " (past the recording: later calls have no recorded answer)" : "";
        return new Decision(Verdict.Fixed, "F3", $"{What(at)} is absent; {proof}{past}");
    }

    // What the failing hop did, also where the sent hop's answer decides.
    private static string What(Situation at) => $"{(at.Target.Assertion is null ? at.Target.Failure : at.Judged.Failure)} of {at.Target.Where}";
}
