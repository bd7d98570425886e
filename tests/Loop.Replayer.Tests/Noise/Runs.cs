using System.Globalization;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Noise;
using Loop.Replayer.Tests.Comparison;

namespace Loop.Replayer.Tests.Noise;

/// <summary>Runs of one hop, under two clocks, and what is learned from them.</summary>
internal static class Runs
{
    public const string Hop = "web POST /checkout #1";
    public static readonly NoiseKey Key = new("shop POST /checkout", "sha256:abc", "web live");

    /// <summary>The clock of a run: number 0 is the recording.</summary>
    public static DateTimeOffset Clock(int run) => new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero).AddDays(run % 2 * 40).AddMinutes(run);

    /// <summary>A time as a service writes it.</summary>
    public static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    public static NoiseRun Run(int number, Message? answer, Message? request = null) => new()
    {
        ClockOffset = TimeSpan.FromDays(number % 2 * 40),
        FreshState = true,
        Hops = [new NoiseSample { Hop = Hop, StartedAt = Clock(number), EndedAt = Clock(number).AddMilliseconds(100), Request = request, Answer = answer }],
    };

    /// <summary>Learns from the recording (run 0) and five runs, each with the body that is made for its number.</summary>
    public static NoiseLearning Learn(Func<int, Message> answer, Func<int, Message>? request = null, params NoiseTarget[] targets)
    {
        List<NoiseRun> runs = [.. Enumerable.Range(0, NoiseLearner.MinimumRuns + 1).Select(number => Run(number, answer(number), request?.Invoke(number)))];
        return NoiseLearner.Learn(Key, runs[0], runs[1..], targets);
    }

    public static NoiseLearning Learn(Func<int, string> json, params NoiseTarget[] targets) => Learn(number => Bodies.Json(json(number)), null, targets);

    /// <summary>Differences under a mask; the replay is a seventh run.</summary>
    public static IReadOnlyList<string> Places(NoiseMask mask, string recorded, string replayed, NoiseKey? key = null) =>
        [.. MessageComparer.Responses(Hop, Bodies.Json(recorded), Bodies.Json(replayed), Rules(mask, key)).Divergences.Select(divergence => divergence.Place)];

    public static ComparisonRules Rules(NoiseMask mask, NoiseKey? key = null) =>
        ComparisonRules.Of(RunMask.None.During((Clock(0), Clock(0).AddMilliseconds(100)), (Clock(6), Clock(6).AddMilliseconds(100)))) with { Noise = mask.Under(key ?? Key) };
}
