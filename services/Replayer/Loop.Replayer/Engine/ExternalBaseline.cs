using Loop.Contracts.Replays;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Engine;

/// <summary>Whether a failure was ever reproduced where another build runs.</summary>
internal static class ExternalBaseline
{
    private static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>An earlier replay of the same hop that reproduced it at another destination, which is one run; null when there is none.</summary>
    public static Baseline? Find(IEnumerable<ReplayReport> earlier, string hopId, string destination) =>
        earlier.Any(report => report is { Verdict: Verdict.Reproduced, Row: not "H" } && report.HopId == hopId && Canonical(report.Destination) != Canonical(destination)) ? new Baseline(1, 1) : null;

    // localhost:9000 and 127.0.0.1:9000 are one service, not two builds.
    private static string Canonical(string destination)
    {
        int colon = destination.LastIndexOf(':');
        return colon > 0 && LoopbackNames.Contains(destination[..colon], StringComparer.OrdinalIgnoreCase) ? $"loopback{destination[colon..]}" : destination.ToLowerInvariant();
    }
}
