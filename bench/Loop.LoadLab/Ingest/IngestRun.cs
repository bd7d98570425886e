namespace Loop.LoadLab.Ingest;

/// <summary>One run.</summary>
/// <param name="Input">ext_proc or taps.</param>
/// <param name="BodyBytes">Of the response.</param>
/// <param name="Server">loopd, generated or raw.</param>
/// <param name="Round">From 1.</param>
/// <param name="Report">What the sender counted.</param>
/// <param name="Shed">By loopd, from its own counters.</param>
/// <param name="Missing">Sent to loopd and neither recorded nor counted as shed: must be 0.</param>
internal sealed record IngestRun(string Input, int BodyBytes, string Server, int Round, SenderReport Report, long Shed, long Missing)
{
    public double ExchangesPerSecond => Report.Exchanges / Report.Seconds;

    public double MegabytesPerSecond => ExchangesPerSecond * Report.PayloadBytes / 1e6;

    /// <summary>Of one core.</summary>
    public double ServerShare => Report.ServerSeconds / Report.Seconds;

    /// <summary>Of one core.</summary>
    public double SenderShare => Report.OwnSeconds / Report.Seconds;

    public double ServerMicrosecondsPerExchange => Report.ServerSeconds * 1e6 / Report.Exchanges;
}
