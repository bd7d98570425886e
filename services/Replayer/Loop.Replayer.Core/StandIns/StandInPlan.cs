using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.StandIns;

/// <summary>What the stand-ins of one run need to know; written by the replayer, read by the agent.</summary>
public sealed record StandInPlan
{
    /// <summary>The calls that live services made to recorded ones.</summary>
    public required IReadOnlyList<RecordedCall> Calls { get; init; }

    /// <summary>Each name of the trace that a drive sends → the hop that it drives.</summary>
    public required IReadOnlyDictionary<string, string> Hops { get; init; }

    /// <summary>The names of the recorded traces; with those of <see cref="Hops"/> they are masked before calls are matched.</summary>
    public IReadOnlyList<TraceKey> RecordedKeys { get; init; } = [];

    /// <summary>Names in lower case of the headers that tell calls apart.</summary>
    public IReadOnlyList<string> DeclaredHeaders { get; init; } = [];

    /// <summary>Reads calls as this run identifies them.</summary>
    public CallReader Reader()
    {
        IEnumerable<TraceKey> own = Hops.Keys.Select(text => TraceKey.TryParse(text, out TraceKey key) ? key : (TraceKey?)null).OfType<TraceKey>();
        return new CallReader(DeclaredHeaders, RunMask.Over([.. RecordedKeys, .. own]).Apply);
    }
}
