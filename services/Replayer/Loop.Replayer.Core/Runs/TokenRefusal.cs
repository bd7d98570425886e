using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Core.Runs;

/// <summary>Finds a live service that did not take a minted token: what follows says nothing about the recorded request.</summary>
internal static class TokenRefusal
{
    private const int MaximumDetail = 200;

    /// <summary>In words; null when every token was taken.</summary>
    public static string? Of(SandboxRun run, IReadOnlyList<HopResult> hops) => run.Script.Minted.Count == 0
        ? null
        : hops.Where(hop => CallerRefusal.In(hop.Answer) is { } refusal && (refusal != CallerRefusal.Recorded(run, hop) || !HasKeys(run))).Select(hop => Text(run, hop)).FirstOrDefault();

    private static string Text(SandboxRun run, HopResult hop)
    {
        string why = CallerRefusal.Value(hop.Answer!.Headers, "www-authenticate") is { } told ? $": {Short(told)}" : "";
        string keys = HasKeys(run) ? "" : $"; nobody fetched {run.Script.KeySets[0].Authority}{run.Script.KeySets[0].Path}";
        return $"{hop.Call.Hop.Destination} refused the token that was minted for the replay ({CallerRefusal.In(hop.Answer)}{why}{keys})";
    }

    // A refusal that was recorded too is the same one only if the service could verify the token.
    private static bool HasKeys(SandboxRun run) => run.Script.KeySets.Count == 0 || run.Record.Calls.Any(call => run.Script.KeySets.Any(stub => Answers(stub, call)));

    private static bool Answers(BackgroundStub stub, ServedCall call) => call.Request.Part is var part
        && stub.Answers(call.Caller, part.Header(":method") ?? "", part.Header(":authority")?.ToLowerInvariant() ?? "", part.Header(":path") ?? "");

    private static string Short(string text) => text.Length <= MaximumDetail ? text : text[..MaximumDetail] + "…";
}
