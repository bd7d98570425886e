using Loop.TruthBench.Arms;
using Loop.TruthBench.Matrix;
using Loop.TruthBench.Stack;

namespace Loop.TruthBench.Replays;

/// <summary>
/// Reads what the replayed services noted: each call went out with a name that no stand-in matches by, and each recorded answer carries the name of the
/// call that it was made for. An answer with another name was the answer to another call.
/// </summary>
internal static class CallNames
{
    /// <summary>Wrong answers of all answers that a stand-in gave to an arm.</summary>
    public static Count Wrong(Workplace place, Arm arm)
    {
        string file = Path.Combine(place.Of(arm.Bug.Language), ArmSandbox.CallFile(arm));
        if (!File.Exists(file))
            return new Count(0, 0);
        // A name that is missing belongs to a refusal, which is no recorded answer.
        string[][] answered = [.. File.ReadLines(file).Select(line => line.Split('\t')).Where(call => call.Length == 2 && call[1] != "none")];
        return new Count(answered.Count(call => call[0] != call[1]), answered.Length);
    }
}
