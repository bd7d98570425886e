using Loop.TruthBench.Matrix;

namespace Loop.TruthBench.Replays;

/// <summary>
/// Reads what the replayed services noted in their logs: each call went out with a name that no stand-in matches by, and each recorded answer carries the name
/// of the call that it was made for. An answer with another name was the answer to another call.
/// </summary>
internal static class CallNames
{
    private const string Mark = "truth-call";

    /// <summary>Wrong answers of all answers that stand-ins gave to the service.</summary>
    public static Count Wrong(string log)
    {
        // A name that is missing belongs to a refusal, which is no recorded answer.
        string[][] answered = [.. log.Split('\n').Select(line => line.TrimEnd('\r').Split('\t')).Where(call => call is [Mark, _, not "none"])];
        return new Count(answered.Count(call => call[1] != call[2]), answered.Length);
    }
}
