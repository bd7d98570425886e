using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Noise;

/// <summary>What varies in one hop.</summary>
/// <param name="Entries">Masked places.</param>
/// <param name="Unmasked">Places that vary and stay compared, with why.</param>
internal sealed record HopNoise(IReadOnlyList<NoiseEntry> Entries, IReadOnlyList<string> Unmasked)
{
    /// <summary>Learns from all runs, the recording among them.</summary>
    public static HopNoise Of(string hop, IReadOnlyList<NoiseRun> runs, IReadOnlyList<string> targets)
    {
        List<(NoiseRun Run, NoiseSample Sample)> samples = [.. runs.SelectMany(run => run.Hops.Where(sample => sample.Hop == hop).Take(1).Select(sample => (run, sample)))];
        if (samples.Count < runs.Count)
            return new HopNoise([], [$"{hop}: it is not called in every run"]);
        MessageNoise answers = MessageNoise.Of("", samples, sample => sample.Answer, sample => sample.Shapes?.Answer, targets);
        MessageNoise requests = MessageNoise.Of(MessageComparer.RequestPrefix, samples, sample => sample.Request, sample => sample.Shapes?.Request, []);
        return new HopNoise(
            [.. answers.Shapes.Concat(requests.Shapes).Select(shape => new NoiseEntry(hop, shape.Place, shape.Shape))],
            [.. answers.Unmasked.Concat(requests.Unmasked).Select(line => $"{hop} {line}")]);
    }
}
