using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Noise;
using Loop.Replayer.Core.Planning;

namespace Loop.Replayer.Core.Runs;

/// <summary>What noise is learned from: the answers of live hops and the requests that they sent, as recorded and in each run. Pure.</summary>
public static class NoiseSamples
{
    /// <summary>The recording.</summary>
    /// <param name="run">Any of the runs; what it recorded is read.</param>
    public static NoiseRun OfRecording(SandboxRun run)
    {
        List<PlannedCall> answering = [.. run.Live.Drives, .. run.Live.Relayed];
        List<PlannedCall> made = [.. run.Live.Answered, .. run.Live.Relayed];
        return new NoiseRun
        {
            FreshState = true,
            Mask = run.Rules.Run,
            Hops = [.. answering.Union(made).Select(call => new NoiseSample
            {
                Hop = call.Label,
                StartedAt = call.Hop.StartedAt,
                EndedAt = call.Hop.StartedAt + TimeSpan.FromMilliseconds(call.Hop.DurationMs ?? 0),
                Answer = answering.Contains(call) ? run.Recorded(call.Answer?.Response) : null,
                Request = made.Contains(call) ? run.RecordedRequest(call) : null,
                Shapes = run.ShapesOf(call),
            })],
        };
    }

    /// <summary>A run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="offset">By how much its clock was shifted against the other runs.</param>
    /// <param name="clock">What its services saw when the machine's clock showed a time.</param>
    public static NoiseRun OfRun(SandboxRun run, TimeSpan offset, Func<DateTimeOffset, DateTimeOffset> clock)
    {
        Dictionary<string, HopResult> hops = HopResult.Of(run).ToDictionary(hop => hop.Call.Label);
        Dictionary<string, CallResult> calls = CallResult.Of(run).ToDictionary(call => call.Call.Label);
        return new NoiseRun
        {
            ClockOffset = offset,
            FreshState = true,
            Mask = run.Rules.Run,
            Hops = [.. hops.Keys.Union(calls.Keys).Select(label => Sample(run, label, hops.GetValueOrDefault(label), calls.GetValueOrDefault(label), clock))],
        };
    }

    private static NoiseSample Sample(SandboxRun run, string label, HopResult? hop, CallResult? call, Func<DateTimeOffset, DateTimeOffset> clock)
    {
        DateTimeOffset begun = hop?.SentAt ?? call!.Served.StartedAt;
        return new NoiseSample
        {
            Hop = label,
            StartedAt = clock(begun),
            EndedAt = clock(hop?.EndedAt ?? call?.Served.EndedAt ?? begun),
            Answer = hop?.Replayed,
            Request = call?.Served.Request,
            Shapes = run.ShapesOf(hop?.Call ?? call!.Call),
        };
    }
}
