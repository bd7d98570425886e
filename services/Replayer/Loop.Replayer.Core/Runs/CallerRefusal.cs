using System.Globalization;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Answers;

namespace Loop.Replayer.Core.Runs;

/// <summary>Finds live services that refused their caller: with a credential that could not be sent, that says nothing about the recorded request.</summary>
internal static class CallerRefusal
{
    /// <summary>
    /// True when the entry or the judged hop refused its caller, however it was recorded: with the credential it may have been for another cause. Any other live
    /// hop counts when it did not refuse so in the recording.
    /// </summary>
    public static bool Of(SandboxRun run, IReadOnlyList<HopResult> hops, HopResult? entry, HopResult? judged) =>
        hops.Any(hop => In(hop.Answer) is { } refusal && (hop == entry || hop == judged || refusal != Recorded(run, hop)));

    /// <summary>How an answer refuses its caller, in words; null when it does not.</summary>
    public static string? In(Answer? answer) => answer is null
        ? null
        : Refusal(answer.Status, Value(answer.Trailers, "grpc-status") ?? Value(answer.Headers, "grpc-status"));

    /// <summary>How the recorded answer of a hop does.</summary>
    public static string? Recorded(SandboxRun run, HopResult hop) =>
        run.Recorded(hop.Call.Answer?.Response) is { } answer ? Refusal(Status(answer.Part.Header(":status")), answer.Part.Trailer("grpc-status") ?? answer.Part.Header("grpc-status")) : null;

    /// <summary>The first value of a header; null without one.</summary>
    public static string? Value(IReadOnlyList<HeaderField> fields, string name) =>
        fields.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value).FirstOrDefault();

    // gRPC: 7 permission denied, 16 unauthenticated.
    private static string? Refusal(int? status, string? grpcStatus) => (status, grpcStatus) switch
    {
        (401 or 403, _) => string.Create(CultureInfo.InvariantCulture, $"status {status}"),
        (_, "7" or "16") => $"gRPC status {grpcStatus}",
        _ => null,
    };

    private static int? Status(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int status) ? status : null;
}
