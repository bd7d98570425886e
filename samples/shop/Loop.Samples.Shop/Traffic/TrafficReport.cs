namespace Loop.Samples.Shop.Traffic;

/// <summary>What became of the requests that were sent.</summary>
/// <param name="Sent">Requests.</param>
/// <param name="Failed">Answered with a status of 500 or above.</param>
/// <param name="PlannedFailures">How many of them should have been.</param>
/// <param name="Surprises">Requests that ended otherwise than planned, at most a few.</param>
public sealed record TrafficReport(int Sent, int Failed, int PlannedFailures, IReadOnlyList<string> Surprises)
{
    /// <summary>True when exactly the requests failed that meet a bug.</summary>
    public bool IsAsPlanned => Surprises.Count == 0;

    /// <inheritdoc/>
    public override string ToString() =>
        $"sent {Sent} requests, {Failed} failed{(IsAsPlanned ? "" : $", not as planned: {string.Join("; ", Surprises)}")}";
}
