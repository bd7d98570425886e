namespace Loop.LoadLab.EnvoyLoad;

/// <summary>One run of a load generator against one variant.</summary>
/// <param name="Variant">Kind of capture.</param>
/// <param name="Load">Full, or the rate.</param>
/// <param name="Round">From 1.</param>
/// <param name="Report">What the generator saw.</param>
/// <param name="EnvoySeconds">Processor time of this Envoy.</param>
/// <param name="LoopdSeconds">Processor time of loopd, until it was quiet again.</param>
/// <param name="Recorded">Exchanges that loopd has of it; null where nothing is recorded.</param>
internal sealed record EnvoyRun(string Variant, string Load, int Round, HttpLoadReport Report, double EnvoySeconds, double LoopdSeconds, long? Recorded)
{
    public double EnvoyMicroseconds => EnvoySeconds * 1e6 / Report.Requests;

    public double LoopdMicroseconds => LoopdSeconds * 1e6 / Report.Requests;
}
