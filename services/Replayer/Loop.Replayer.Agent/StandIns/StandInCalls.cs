using Loop.Contracts.Exchanges;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Core.StandIns;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Answers each request of a live service from the script, and tells what happened.</summary>
internal sealed class StandInCalls(StandInPlan plan, CallReader reader, Action<ServedCall> tell, TimeProvider time)
{
    private readonly StandInScript _script = new(plan.Calls, reader);

    /// <summary>Reads calls as the plan says.</summary>
    public StandInCalls(StandInPlan plan, Action<ServedCall> tell, TimeProvider time)
        : this(plan, plan.Reader(), tell, time)
    {
    }

    /// <summary>Serves one request.</summary>
    public async Task Answer(HttpContext context)
    {
        OutgoingCall call = context.Features.GetRequiredFeature<OutgoingCall>();
        DateTimeOffset startedAt = time.GetUtcNow();
        ReceivedRequest request = await ReceivedRequest.Read(context);
        string? hop = HopOf(request.Message.Part);
        CallMatch match = _script.Take(new LiveCall { Caller = call.Caller, CallerHopId = hop, Identity = reader.Read(request.Message) });
        ServedCall served = new()
        {
            Caller = call.Caller,
            CallerHopId = hop,
            StartedAt = startedAt,
            EndedAt = startedAt,
            Request = request.Kept(),
            RequestBodyBytes = request.Message.Body.Length,
        };
        try
        {
            switch (match)
            {
                case CallMatch.Answered answered:
                    served = served with { HopId = answered.Call.HopId, Ambiguity = answered.Ambiguity };
                    await RecordedAnswer.Play(context, answered.Call);
                    break;
                case CallMatch.Miss miss:
                    served = served with
                    {
                        Miss = miss.Why,
                        ChangedFrom = miss.ChangedFrom?.Call.Label,
                        Candidates = [.. miss.Candidates.Select(candidate => new NearCall(candidate.Call.Label, candidate.Differences))],
                    };
                    await RecordedAnswer.Refuse(context, miss.Why);
                    break;
            }
        }
        finally
        {
            tell(served with { EndedAt = time.GetUtcNow() });
        }
    }

    // The trace that a drive sent names its hop; applications hand it on in whichever form they know.
    private string? HopOf(HttpMessagePart request)
    {
        TraceKey?[] keys =
        [
            TraceKey.FromTraceParent(request.Header("traceparent") ?? ""),
            TraceKey.FromB3(request.Header("b3") ?? ""),
            TraceKey.FromTraceId(request.Header("x-b3-traceid") ?? ""),
            TraceKey.FromRequestId(request.Header("x-request-id") ?? ""),
        ];
        return keys.Select(key => key is { } known ? plan.Hops.GetValueOrDefault(known.ToString()) : null).FirstOrDefault(hop => hop is not null);
    }
}
