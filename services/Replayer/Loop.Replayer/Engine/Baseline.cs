using Loop.Contracts.Replays;

namespace Loop.Replayer.Engine;

/// <summary>Whether a failure was ever reproduced where another build runs.</summary>
internal static class Baseline
{
    private static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>True when an earlier replay of the same hop reproduced it at another destination.</summary>
    public static bool Exists(IEnumerable<ReplayReport> earlier, string hopId, string destination) =>
        earlier.Any(report => report is { Verdict: Verdict.Reproduced, Row: not "H" } && report.HopId == hopId && Canonical(report.Destination) != Canonical(destination));

    // localhost:9000 and 127.0.0.1:9000 are one service, not two builds.
    private static string Canonical(string destination)
    {
        int colon = destination.LastIndexOf(':');
        return colon > 0 && LoopbackNames.Contains(destination[..colon], StringComparer.OrdinalIgnoreCase) ? $"loopback{destination[colon..]}" : destination.ToLowerInvariant();
    }
}
