using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Calls;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Core.Runs;

/// <summary>A call of a live service in both runs.</summary>
/// <param name="Call">As recorded.</param>
/// <param name="Served">As made.</param>
/// <param name="Request">What differs in what the service sent.</param>
internal sealed record CallResult(PlannedCall Call, ServedCall Served, MessageComparison Request)
{
    /// <summary>The hop during which it was made, as recorded.</summary>
    public string CallerHopId => Call.Hop.ParentId ?? "";

    /// <summary>What was sent is the same: headers that a service adds by itself are listed, not judged.</summary>
    public bool IsSameRequest => !Request.Divergences.Any(divergence => divergence.Place.StartsWith("request body", StringComparison.Ordinal)) && IsSameTarget;

    private bool IsSameTarget => Served.Request.Part.Header(":path") == (Call.Request?.Path() ?? Call.Hop.Request?.Path)
        && Served.Request.Part.Header(":method") == (Call.Request?.Method() ?? Call.Hop.Request?.Method);

    /// <summary>All recorded calls that were made again, background left out.</summary>
    public static IReadOnlyList<CallResult> Of(SandboxRun run)
    {
        Dictionary<string, PlannedCall> recorded = run.Live.Answered.Concat(run.Live.Relayed).ToDictionary(call => call.Hop.Id);
        List<CallResult> results = [];
        foreach (ServedCall served in run.Record.Calls.Where(served => !served.IsBackground && served.HopId is not null))
        {
            PlannedCall call = recorded[served.HopId!];
            results.Add(new CallResult(call, served, MessageComparer.Requests(call.Label, run.RecordedRequest(call), served.Request, run.Rules with { Shape = run.ShapesOf(call)?.Request })));
        }

        return results;
    }

    /// <summary>When it was open in either run, each from the start of its run.</summary>
    public TimedPair Times(DateTimeOffset recordedStart, DateTimeOffset replayedStart)
    {
        TimeSpan begun = Call.Hop.StartedAt - recordedStart;
        TimeSpan? ended = Call.Hop.DurationMs is { } milliseconds ? begun + TimeSpan.FromMilliseconds(milliseconds) : null;
        return new TimedPair(CallerHopId, Call.Label, new CallSpan(begun, ended), new CallSpan(Served.StartedAt - replayedStart, Served.EndedAt - replayedStart));
    }
}
