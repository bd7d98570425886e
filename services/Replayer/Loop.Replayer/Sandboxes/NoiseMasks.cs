using System.Security.Cryptography;
using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Noise;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Engine;
using Loop.Replayer.Ports;
using Loop.SandboxFiles;

namespace Loop.Replayer.Sandboxes;

/// <summary>A mask with what reports say of it.</summary>
/// <param name="Mask">Null when nothing could be learned.</param>
/// <param name="Report">In words.</param>
internal sealed record LearnedNoise(NoiseMask? Mask, NoiseReport Report);

/// <summary>Masks as they are stored, and where they hold.</summary>
internal static class NoiseMasks
{
    /// <summary>What a mask that is learned here is good for. The network is not part of it: masks are learned and used in sealed sandboxes only.</summary>
    public static NoiseKey KeyOf(SandboxJob job) => new(
        job.Plan.EntryRequest is { } entry ? EntryRoute.Of(entry)?.ToString() ?? "" : "",
        string.Join(", ", BuildNames.Of(job.LiveServices, job.Folder).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}")),
        PlanOf(ConditionTexts.Of(job)));

    /// <summary>The mask in force; in a sandbox that is not sealed, nothing is masked.</summary>
    public static NoiseFilter FilterOf(NoiseMask? mask, Evidence evidence) => mask is null || evidence is not Evidence.Sealed ? NoiseFilter.None : mask.Under(mask.Key);

    /// <summary>The mask that a replay is asked to use, or why it cannot; neither when none was asked for.</summary>
    public static async Task<(LearnedNoise? Noise, ReplayRefusal? Refusal)> For(SandboxJob job, IReplayJournal journal)
    {
        if (job is { Request.LearnNoise: > 0, File.Clock: SandboxClock.Real })
            return Refused("Noise is learned under two clocks, and this file says clock: real.", "Take that line out of the sandbox file, or leave out --learn-noise.");
        if (job.Request.Noise is not { } replayId)
            return (null, null);
        if (await journal.Report(replayId) is not { } report)
            return (null, ReplayRefusal.UnknownReplay(replayId));
        if (report.Sandbox?.Noise is not { MaskSha256: { } sha256 } learned)
            return Refused($"The replay {replayId} {WhyNone(report)}.", "Learn with the build that was recorded: --learn-noise 6.");
        if (await journal.Body(learned.LearnedBy, sha256) is not { } stored || JsonSerializer.Deserialize<NoiseMask>(stored, LoopJson.Options) is not { } mask)
            return Refused($"The mask that {learned.LearnedBy} learned is gone.", "Learn it again: --learn-noise 6.");
        return Misfit(mask.Key, KeyOf(job)) is { } misfit
            ? Refused($"The mask of {learned.LearnedBy} {misfit}.", "Replay under the plan that it was learned for, or learn anew: --learn-noise 6.")
            : (new LearnedNoise(mask, learned), null);
    }

    /// <summary>Stores a mask in the pack of the replay that learned it.</summary>
    public static Task<string> Store(NoiseMask mask, string replayId, IReplayJournal journal) => journal.StoreBody(replayId, JsonSerializer.SerializeToUtf8Bytes(mask, LoopJson.Options));

    private static (LearnedNoise?, ReplayRefusal) Refused(string detail, string remedy) => (null, ReplayRefusal.Noise(detail, remedy));

    private static string WhyNone(ReplayReport report) => report switch
    {
        { Verdict: null } => "has not ended",
        { Sandbox.Noise.Refusal: { } reason } => $"learned nothing: {reason}",
        _ => "was not asked to learn what varies",
    };

    // The build may be another one: a fix is judged by what varied in the build that failed, as its baseline was.
    private static string? Misfit(NoiseKey learned, NoiseKey asked)
    {
        if (learned.Route != asked.Route)
            return $"was learned for {learned.Route}; this conversation entered by {asked.Route}";
        return learned.Plan == asked.Plan ? null : "was learned with other live services, another state or another clock";
    }

    private static string PlanOf(SandboxConditions conditions)
    {
        string states = JsonSerializer.Serialize(conditions.StateByLiveService.OrderBy(pair => pair.Key, StringComparer.Ordinal), LoopJson.Options);
        return $"{conditions.Clock}; {Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(states)))[..16]}";
    }
}
