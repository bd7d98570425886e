using System.Globalization;
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
    private const int MaximumLines = 40;

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
        if (job.Request.NoiseMask is { } given)
            return Given(job, given);
        if (job.Request.Noise is not { } replayId)
            return (null, null);
        (NoiseMask? mask, NoiseReport? learned, ReplayRefusal? refusal) = await Stored(replayId, journal);
        if (mask is null)
            return (null, refusal);
        return Misfit(mask.Key, KeyOf(job)) is { } misfit
            ? Refused($"The mask of {learned!.LearnedBy} {misfit}.", "Replay under the plan that it was learned for, or learn anew: --learn-noise 6.")
            : (new LearnedNoise(mask, learned!), null);
    }

    /// <summary>The mask in force in a replay, as it can be given along elsewhere, or why there is none.</summary>
    public static async Task<(GivenNoise? Noise, ReplayRefusal? Refusal)> Of(string replayId, IReplayJournal journal)
    {
        (NoiseMask? mask, NoiseReport? learned, ReplayRefusal? refusal) = await Stored(replayId, journal);
        return mask is null ? (null, refusal) : (new GivenNoise(learned!.LearnedBy, learned.Runs, JsonSerializer.SerializeToElement(mask, LoopJson.Options)), null);
    }

    /// <summary>What a report says of a mask that its replay was given: it is nobody's word but the asker's.</summary>
    public static IEnumerable<string> Given(SandboxReplay request) =>
        request.NoiseMask is { } given ? [string.Create(CultureInfo.InvariantCulture, $"noise mask given with the request: learned by {given.LearnedBy} from {given.Runs} runs")] : [];

    /// <summary>Stores a mask in the pack of the replay that learned it.</summary>
    public static Task<string> Store(NoiseMask mask, string replayId, IReplayJournal journal) => journal.StoreBody(replayId, JsonSerializer.SerializeToUtf8Bytes(mask, LoopJson.Options));

    private static async Task<(NoiseMask? Mask, NoiseReport? Learned, ReplayRefusal? Refusal)> Stored(string replayId, IReplayJournal journal)
    {
        if (await journal.Report(replayId) is not { } report)
            return (null, null, ReplayRefusal.UnknownReplay(replayId));
        if (report.Sandbox?.Noise is not { MaskSha256: { } sha256 } learned)
            return (null, null, ReplayRefusal.Noise($"The replay {replayId} {WhyNone(report)}.", "Learn with the build that was recorded: --learn-noise 6."));
        return await journal.Body(learned.LearnedBy, sha256) is { } stored && JsonSerializer.Deserialize<NoiseMask>(stored, LoopJson.Options) is { } mask
            ? (mask, learned, null)
            : (null, null, ReplayRefusal.Noise($"The mask that {learned.LearnedBy} learned is gone.", "Learn it again: --learn-noise 6."));
    }

    // Whoever wrote it may have written anything: what no learner would mask is refused, not passed over.
    private static (LearnedNoise?, ReplayRefusal?) Given(SandboxJob job, GivenNoise given)
    {
        const string remedy = "Give it as GET /api/v1/replays/{id}/noise told it; of a kept test: take the folder back from version control, or promote again.";
        NoiseMask? mask;
        try
        {
            mask = given.Mask.Deserialize<NoiseMask>(LoopJson.Options);
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            return Refused($"The given noise mask cannot be read: {fault.Message}", remedy);
        }

        if (mask is not { Key: { Route: not null, Plan: not null }, Entries: not null } || mask.Entries.Any(entry => entry is not { Hop: not null, Place: not null, Shape: not null }))
            return Refused("The given noise mask is not whole.", remedy);
        if (mask.Under(mask.Key).Refused is [NoiseEntry hidden, ..])
            return Refused($"The given noise mask would hide {hidden.Hop} {hidden.Place}, which no mask may hide, or its shape can be compared with nothing.", remedy);
        if (Targets(job).FirstOrDefault(target => mask.Entries.Any(entry => entry.Hop == target.Hop && entry.Place == target.Place)) is { } asserted)
            return Refused($"The given noise mask would hide the asserted value, {asserted.Hop} {asserted.Place}.", remedy);
        if (Misfit(mask.Key, KeyOf(job)) is { } misfit)
            return Refused($"The given noise mask {misfit}.", "Replay under the plan that it was learned for, or learn anew and promote again: --learn-noise 6.");
        return (new LearnedNoise(mask, new NoiseReport { LearnedBy = given.LearnedBy, Runs = given.Runs, Masked = Lines(mask) }), null);
    }

    /// <summary>What no mask may hide beside causes.</summary>
    internal static IReadOnlyCollection<NoiseTarget> Targets(SandboxJob job) =>
        job.Choice is { Assertion: { } assertion, Judged: { } judged } ? [new NoiseTarget(judged.Label, $"body {assertion.Path}")] : [];

    /// <summary>The places of a mask, in words.</summary>
    internal static IReadOnlyList<string> Lines(NoiseMask mask) => [.. mask.Entries.Take(MaximumLines).Select(entry => $"{entry.Hop} {entry.Place}: {entry.Shape.Name}")];

    private static (LearnedNoise?, ReplayRefusal) Refused(string detail, string remedy) => (null, ReplayRefusal.Noise(detail, remedy));

    private static string WhyNone(ReplayReport report) => report switch
    {
        { Verdict: null } => "has not ended",
        { Sandbox.Noise.Refusal: { } reason } => $"learned nothing: {reason}",
        { Sandbox.Noise: not null } => "was given its mask with the request and keeps none",
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
