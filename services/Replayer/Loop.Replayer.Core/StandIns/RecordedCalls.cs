using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Planning;

namespace Loop.Replayer.Core.StandIns;

/// <summary>Turns the hops that stand-ins answer into their script.</summary>
public static class RecordedCalls
{
    /// <summary>
    /// The calls, and why the others cannot be answered. A caller saw what its own proxy gave it, so its view is the one that is played; the callee's
    /// view stands in where the caller's proxy recorded nothing.
    /// </summary>
    /// <param name="answered">Hops from a live service to a recorded one.</param>
    /// <param name="body">Kept bytes of a recorded body; null when the pack lacks them.</param>
    public static RecordedScript Of(IEnumerable<PlannedCall> answered, Func<HttpMessagePart, byte[]?> body)
    {
        List<RecordedCall> calls = [];
        List<string> gaps = [];
        foreach (PlannedCall call in answered)
        {
            if (call.Views.Where(view => view.Request is not null).OrderByDescending(PlannedCall.Closeness).FirstOrDefault(view => view.View is not ExchangeView.Attempt) is not { } seen)
                gaps.Add($"{call.Label}: no proxy recorded the call");
            else if (Gap(seen) is { } gap)
                gaps.Add($"{call.Label}: {gap}");
            else if (Message(seen.Request!, body) is not { } request || (seen.Response is { } response && Message(response, body) is null))
                gaps.Add($"{call.Label}: a body of it is missing in the pack");
            else
                calls.Add(Of(call, seen, request, seen.Response is null ? null : Message(seen.Response, body)));
        }

        return new RecordedScript(calls, gaps);
    }

    private static RecordedCall Of(PlannedCall call, Exchange seen, Message request, Message? answer) => new()
    {
        HopId = call.Hop.Id,
        Label = call.Label,
        CallerHopId = call.Hop.ParentId ?? "",
        Caller = call.Hop.Source,
        Callee = call.Hop.Destination,
        Request = request,
        StartedAt = seen.StartedAt,
        EndedAt = seen.Duration is { } duration ? seen.StartedAt + duration : DateTimeOffset.MaxValue,
        Answer = answer,
        End = seen.End,
    };

    private static string? Gap(Exchange seen) => seen switch
    {
        { Request.Body.Truncated: true } => "its request was not kept in full",
        { Response.Body.Truncated: true } => "its answer was not kept in full",
        { End: ExchangeEnd.Open } => "it was still open when it was collected",
        { End: ExchangeEnd.Upgraded } => "a WebSocket or tunnel is a stream, which stand-ins do not play",
        { End: ExchangeEnd.BrokenOff, BrokenOffBy: BrokenOffBy.Capture } => "its end was not seen, because the capture node stopped",
        _ => null,
    };

    private static Message? Message(HttpMessagePart part, Func<HttpMessagePart, byte[]?> body)
    {
        if (part.Body.Sha256 is null)
            return new Message(part, ReadOnlyMemory<byte>.Empty);
        return body(part) is { } bytes ? new Message(part, bytes) : null;
    }
}

/// <summary>What stand-ins can answer, and what they cannot.</summary>
/// <param name="Calls">The script.</param>
/// <param name="Gaps">Calls without a usable recording, in words; each turns into a miss when it is made.</param>
public sealed record RecordedScript(IReadOnlyList<RecordedCall> Calls, IReadOnlyList<string> Gaps);
