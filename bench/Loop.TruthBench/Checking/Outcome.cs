namespace Loop.TruthBench.Checking;

/// <summary>How a service answered a request by itself, without Loop: everything by which one failure is the same as another.</summary>
/// <param name="End"><c>whole</c>, <c>cut</c> or <c>reset</c>.</param>
/// <param name="Status">Null when no answer came.</param>
/// <param name="MediaType">Without parameters; empty when there is none.</param>
/// <param name="Body">What came of it.</param>
/// <param name="Calls">What was asked of other services, in order.</param>
internal sealed record Outcome(string End, int? Status, string MediaType, string Body, IReadOnlyList<string> Calls)
{
    /// <summary>True when the caller got what it needs: a whole answer with a result.</summary>
    public bool IsHealthy => End is "whole" && Status is 200 && Body.Contains("\"result\"", StringComparison.Ordinal);

    /// <summary>True when an outsider could tell the two apart by nothing.</summary>
    public bool IsSame(Outcome other) =>
        End == other.End && Status == other.Status && MediaType == other.MediaType && Body == other.Body && Calls.SequenceEqual(other.Calls);

    /// <summary>In a line.</summary>
    public override string ToString() => $"{End} {Status} {MediaType} {Body} after [{string.Join(", ", Calls)}]";
}
