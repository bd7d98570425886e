using Loop.Client;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Replays;

namespace Loop.Cli.Promotion;

/// <summary>Finds the replay that a test repeats, or says why there is none.</summary>
internal static class ProvenReplay
{
    private const int EarlierReplays = 200;

    /// <summary>Refuses what is not there whole.</summary>
    public static void RequireWhole(ConversationDetail conversation)
    {
        if (conversation.State is not ConversationState.Sealed)
            throw new PromotionRefusedException($"{conversation.Id} is still being collected; wait until loopctl show prints it as sealed");
        if (!conversation.Coherence.Complete)
            throw new PromotionRefusedException(
                $"{conversation.Id} is incomplete: what is missing could not be told from what was never called",
                [.. conversation.Coherence.Missing.Select(missing => $"  {missing.What}: {missing.Why}")]);
    }

    /// <summary>The newest sealed replay that reproduced what was recorded, of one that can be asked for again.</summary>
    public static async Task<ReplayReport> Find(LoopClient client, string conversation, CancellationToken cancellationToken)
    {
        IReadOnlyList<ReplayReport> replays = await client.ListReplays(conversation, EarlierReplays, cancellationToken);
        ReplayReport[] proofs = [.. replays.Where(replay => replay is { Verdict: Verdict.Reproduced, Evidence: "sealed", Sandbox.WhatIf.Count: 0 }).OrderByDescending(replay => replay.StartedAt)];
        if (proofs.Length == 0)
            throw new PromotionRefusedException(
                $"no sealed replay of {conversation} reproduced it, and without that proof nothing could ever be called fixed",
                [
                    $"Replay the build that failed first: loopctl replay {conversation} --sandbox FILE",
                    .. replays.Take(1).Select(newest => $"The newest replay: {newest.Id} {newest.Verdict?.ToString().ToLowerInvariant() ?? newest.Stage}, {newest.Evidence}: {newest.Reason}"),
                ]);
        if (Array.TrueForAll(proofs, replay => !HasItsMask(replay)))
            throw new PromotionRefusedException($"the replay {proofs[0].Id} compared under a noise mask that it was given with the request, and this store has none", "Replay it once with --learn-noise 6, then promote.");
        proofs = [.. proofs.Where(HasItsMask)];
        if (proofs.FirstOrDefault(replay => replay.Sandbox!.Asked is not null) is not { } proof)
            throw new PromotionRefusedException($"the replay {proofs[0].Id} was made by an earlier Loop, which did not note how it was asked for", "Replay it again with the same sandbox file, then promote.");
        return proof.Sandbox!.Asked!.Headers.Count == 0
            ? proof
            : throw new PromotionRefusedException(
                $"the replay {proof.Id} was given the header {string.Join(", ", proof.Sandbox.Asked.Headers)}, whose value may be a secret and is kept nowhere",
                "Write it into the sandbox file (credentials: { NAME: { header: …, environment: VARIABLE } }), replay, then promote.");
    }

    // Without a mask there is nothing that could be missing.
    private static bool HasItsMask(ReplayReport replay) => replay.Sandbox is { Conditions.Mask: "" } or { Noise.MaskSha256: not null };
}
