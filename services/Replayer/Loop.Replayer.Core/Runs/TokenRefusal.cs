using System.Globalization;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Core.Runs;

/// <summary>Finds a live service that did not take a minted token: what follows says nothing about the recorded request.</summary>
internal static class TokenRefusal
{
    private const int MaximumDetail = 200;

    /// <summary>In words; null when every token was taken.</summary>
    public static string? Of(SandboxRun run, IReadOnlyList<HopResult> hops) => run.Script.Minted.Count == 0
        ? null
        : hops.Where(hop => Refusal(hop.Answer) is { } refusal && (refusal != Recorded(run, hop) || !HasKeys(run))).Select(hop => Text(run, hop)).FirstOrDefault();

    private static string Text(SandboxRun run, HopResult hop)
    {
        string why = Value(hop.Answer!.Headers, "www-authenticate") is { } told ? $": {Short(told)}" : "";
        string keys = HasKeys(run) ? "" : $"; nobody fetched {run.Script.KeySets[0].Authority}{run.Script.KeySets[0].Path}";
        return $"{hop.Call.Hop.Destination} refused the token that was minted for the replay ({Refusal(hop.Answer)}{why}{keys})";
    }

    // A refusal that was recorded too is the same one only if the service could verify the token.
    private static bool HasKeys(SandboxRun run) => run.Script.KeySets.Count == 0 || run.Record.Calls.Any(call => run.Script.KeySets.Any(stub => Answers(stub, call)));

    private static bool Answers(BackgroundStub stub, ServedCall call) => call.Request.Part is var part
        && stub.Answers(call.Caller, part.Header(":method") ?? "", part.Header(":authority")?.ToLowerInvariant() ?? "", part.Header(":path") ?? "");

    private static string? Recorded(SandboxRun run, HopResult hop) =>
        run.Recorded(hop.Call.Answer?.Response) is { } answer ? Refusal(Status(answer.Part.Header(":status")), answer.Part.Trailer("grpc-status") ?? answer.Part.Header("grpc-status")) : null;

    private static string? Refusal(Answer? answer) => answer is null
        ? null
        : Refusal(answer.Status, Value(answer.Trailers, "grpc-status") ?? Value(answer.Headers, "grpc-status"));

    // gRPC: 7 permission denied, 16 unauthenticated.
    private static string? Refusal(int? status, string? grpcStatus) => (status, grpcStatus) switch
    {
        (401 or 403, _) => string.Create(CultureInfo.InvariantCulture, $"status {status}"),
        (_, "7" or "16") => $"gRPC status {grpcStatus}",
        _ => null,
    };

    private static string? Value(IReadOnlyList<HeaderField> fields, string name) =>
        fields.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value).FirstOrDefault();

    private static int? Status(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int status) ? status : null;

    private static string Short(string text) => text.Length <= MaximumDetail ? text : text[..MaximumDetail] + "…";
}
