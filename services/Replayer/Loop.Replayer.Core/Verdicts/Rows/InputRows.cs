using System.Globalization;

namespace Loop.Replayer.Core.Verdicts.Rows;

/// <summary>What was sent, served or compared is not what was recorded.</summary>
internal static class InputRows
{
    private const double MostMaskedShare = 0.20;

    /// <summary>Truncated, shed, missing, or masked beyond recognition.</summary>
    public static Decision? V4(Situation at)
    {
        if (at.Target.RequestIncomplete is { } request)
            return Decision.Inconclusive("V4", $"input incomplete: {request}",
                "raise the body limit of the capture nodes, or choose a hop whose request is whole (--hop)");
        if (at.Judged.EvidenceIncomplete is { } evidence)
            return Decision.Inconclusive("V4", $"input incomplete: {evidence}", "raise the body limit of the capture nodes and keep the failure again");
        if (at.Seen.IncompleteInputs is [string first, ..])
            return Decision.Inconclusive("V4", $"input incomplete: {first}", "raise the body limit of the capture nodes, or make the callee live (--live)");
        if (at.Seen is { CallerRefused: true, DroppedCredentials.Count: > 0 })
            return Decision.Inconclusive("V4", $"input incomplete: {(at.IsSandbox ? "a live service" : "the destination")} refused the caller, and {at.Dropped} could not be sent",
                $"supply it: --header '{at.Seen.DroppedCredentials[0]}: …'");
        if (at.Seen.TokenRefused is { } refusal)
            return Decision.Inconclusive("V4", $"input incomplete: {refusal}",
                "make the token acceptable under credentials: in the sandbox file (keySet, discovery, algorithm, claims, lifetimeMinutes)");
        if (at.IsSandbox && at.HasTarget && at.Judged.Sight is Sight.NotObserved)
            return Decision.Inconclusive("V4", $"input incomplete: nothing was seen of {at.Judged.Where}", "replay again; if it stays, report the replay's id");
        return at.Seen.MaskedShare > MostMaskedShare
            ? Decision.Inconclusive("V4", string.Create(CultureInfo.InvariantCulture, $"over-masked: {at.Seen.MaskedShare:P0} of the judged answer is masked as noise"),
                "mask fewer fields, or learn the noise again with the recorded build")
            : null;
    }

    /// <summary>Undeclared state.</summary>
    public static Decision? V7(Situation at) => at.Seen.UndeclaredState is { } state
        ? Decision.Inconclusive("V7", $"state: {at.Judged.Where} used {state}, and the sandbox file does not say what is in it",
            "declare state: of that service in the sandbox file (seed, snapshot, prelude), or none if it has none")
        : null;
}
