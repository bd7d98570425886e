using Loop.Contracts.Api;

namespace Loop.Cli.Conversations;

/// <summary>Draws when a hop ran within its conversation, as a bar.</summary>
internal sealed class Waterfall
{
    private readonly DateTimeOffset _start;
    private readonly int _columns;

    public Waterfall(IReadOnlyList<HopView> hops, int columns)
    {
        _columns = columns;
        _start = hops.Min(hop => hop.StartedAt);
        TotalMs = Math.Max(hops.Max(hop => OffsetMs(hop) + (hop.DurationMs ?? 0)), 0.001);
    }

    /// <summary>From the first start to the last end.</summary>
    public double TotalMs { get; }

    public double OffsetMs(HopView hop) => (hop.StartedAt - _start).TotalMilliseconds;

    /// <summary>At least one column wide; a hop that never ended is a thin line to the right edge.</summary>
    public string Bar(HopView hop)
    {
        int from = Math.Clamp((int)(OffsetMs(hop) / TotalMs * _columns), 0, _columns - 1);
        if (hop.DurationMs is not { } duration)
            return new string(' ', from) + new string('┄', _columns - from);
        int to = Math.Clamp((int)Math.Ceiling((OffsetMs(hop) + duration) / TotalMs * _columns), from + 1, _columns);
        return new string(' ', from) + new string('█', to - from);
    }
}
