using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Core.Streams;

namespace Loop.Replayer.Core.StandIns;

/// <summary>Turns the calls that live services made into the script that their calls are held against.</summary>
public static class RecordedCalls
{
    /// <summary>
    /// The calls, and why some of them cannot be answered. A caller saw what its own proxy gave it, so its view is the one that is played; the callee's
    /// view stands in where the caller's proxy recorded nothing. A call whose answer was not kept stays in the script with its gap: when it is made, the
    /// recording is incomplete, which is something else than a call that was never recorded.
    /// </summary>
    /// <param name="answered">Hops from a live service to a recorded one.</param>
    /// <param name="relayed">Hops from one live service to another.</param>
    /// <param name="body">Kept bytes of a recorded body; null when the pack lacks them.</param>
    public static RecordedScript Of(IEnumerable<PlannedCall> answered, IEnumerable<PlannedCall> relayed, Func<HttpMessagePart, byte[]?> body)
    {
        List<RecordedCall> calls = [];
        List<string> gaps = [];
        foreach ((PlannedCall call, bool isLive) in answered.Select(call => (call, false)).Concat(relayed.Select(call => (call, true))))
        {
            if (call.Views.Where(view => view.Request is not null).OrderByDescending(PlannedCall.Closeness).FirstOrDefault(view => view.View is not ExchangeView.Attempt) is not { } seen)
            {
                gaps.Add($"{call.Label}: no proxy recorded the call");
                continue;
            }

            Message? request = Message(seen.Request!, body);
            Message? answer = seen.Response is null ? null : Message(seen.Response, body);
            bool lacksBody = request is null || (seen.Response is not null && answer is null);
            RecordedCall recorded = Of(call, seen, request ?? new Message(seen.Request!, ReadOnlyMemory<byte>.Empty), answer) with { IsLive = isLive, ProxyHeaders = isLive ? ProxyHeaders(call.Request) : [] };
            string? gap = Gap(seen, isLive) ?? (lacksBody && !isLive ? "a body of it is missing in the pack" : null) ?? (isLive || answer is null ? null : Gap(recorded));
            if (gap is not null)
                gaps.Add($"{call.Label}: {gap}");
            calls.Add(recorded with { Gap = gap });
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
        BrokenOffBy = seen.BrokenOffBy,
    };

    private static IReadOnlyList<HeaderField> ProxyHeaders(Exchange? heard) =>
        [.. (heard?.Request?.Headers ?? []).Where(field => HeaderTreatment.IsOfTheProxy(field.Name) && !HeaderTreatment.IsToken("request", field.Name, field.Value, heard!.Redacted))];

    // A live callee answers by itself; the recording need not.
    private static string? Gap(Exchange seen, bool isLive) => seen switch
    {
        _ when isLive => null,
        // What was kept of it is enough to compare (RecordedCall.AsKept), except where nothing was, or where messages follow one by one.
        { Request: { Body.Truncated: true } part } when part.Body.Sha256 is null || GrpcFrames.AreIn(MediaType(part)) => "its request was not kept in full",
        { Response.Body.Truncated: true } => "its answer was not kept in full",
        { End: ExchangeEnd.Open } => "it was still open when it was collected",
        { End: ExchangeEnd.Upgraded } => "a WebSocket or tunnel is a stream, which stand-ins do not play",
        { End: ExchangeEnd.BrokenOff, BrokenOffBy: BrokenOffBy.Capture } => "its end was not seen, because the capture node stopped",
        _ => null,
    };

    private static string? Gap(RecordedCall call) => AnswerFlow.Of(call).Order is FlowOrder.Unknown ? AnswerFlow.NoOrder : null;

    private static string? MediaType(HttpMessagePart part) => new Message(part, ReadOnlyMemory<byte>.Empty).MediaType;

    private static Message? Message(HttpMessagePart part, Func<HttpMessagePart, byte[]?> body)
    {
        if (part.Body.Sha256 is null)
            return new Message(part, ReadOnlyMemory<byte>.Empty);
        return body(part) is { } bytes ? new Message(part, bytes) : null;
    }
}

/// <summary>What stand-ins can answer, and what they cannot.</summary>
/// <param name="Calls">The script.</param>
/// <param name="Gaps">Calls without a usable recording, in words.</param>
public sealed record RecordedScript(IReadOnlyList<RecordedCall> Calls, IReadOnlyList<string> Gaps);
