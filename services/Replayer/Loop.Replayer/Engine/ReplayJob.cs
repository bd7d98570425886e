using Loop.Replayer.Core.Planning;
using Loop.Replayer.Core.Requests;
using Loop.Replayer.Destinations;

namespace Loop.Replayer.Engine;

/// <summary>An accepted replay that waits for its turn.</summary>
/// <param name="Ids">Its fresh names.</param>
/// <param name="Plan">What is sent and judged.</param>
/// <param name="Destination">Checked.</param>
/// <param name="Headers">Headers that a person supplied.</param>
/// <param name="Limit">Longest wait for the answer.</param>
/// <param name="WaitsLongEnough">True when the limit is at least the one that a hang is judged by.</param>
/// <param name="RequestedAt">When it was asked for.</param>
public sealed record ReplayJob(
    ReplayIds Ids, ReplayPlan Plan, Destination Destination, IReadOnlyDictionary<string, string> Headers, TimeSpan Limit, bool WaitsLongEnough, DateTimeOffset RequestedAt)
{
    /// <summary>What is sent beside the recording: the person's word wins over the allow-list's.</summary>
    public IReadOnlyDictionary<string, string> Supplied
    {
        get
        {
            Dictionary<string, string> all = new(Destination.Headers, StringComparer.OrdinalIgnoreCase);
            foreach ((string name, string value) in Headers)
                all[name] = value;
            return all;
        }
    }
}
