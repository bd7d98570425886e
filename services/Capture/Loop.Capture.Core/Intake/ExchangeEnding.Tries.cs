using Loop.Capture.Core.Ring;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Intake;

/// <summary>
/// How the tries of a call end (<see cref="ExchangeView.Attempt"/>). Each reads the call's one access-log entry, and none of them spends it: the call itself
/// does. A try without an end was given up by the proxy, which tried again or answered by itself, unless the client left.
/// </summary>
internal sealed partial class ExchangeEnding
{
    private void EndTries(RingRecord entry, BrokenOffBy by)
    {
        if (entry.RequestIdHash == 0)
            return;
        List<RingRecord>? tries = null;
        lock (ring.Index.Gate)
        {
            foreach (RingRecord other in ring.Index.Find(entry.RequestIdHash))
            {
                if (other is not { View: ExchangeView.Attempt, State: RecordState.Waiting } || !IsTryOf(entry, other))
                    continue;
                other.AddReference();
                (tries ??= []).Add(other);
            }
        }

        foreach (RingRecord attempt in tries ?? [])
        {
            lock (attempt.Gate)
            {
                if (attempt.State is RecordState.Waiting)
                    CompleteBrokenOff(attempt, SideOfTry(by));
            }

            attempt.Release();
        }
    }

    private static BrokenOffBy SideOfTry(BrokenOffBy by) => by is BrokenOffBy.Client ? BrokenOffBy.Client : BrokenOffBy.Upstream;

    private static bool IsTryOf(RingRecord entry, RingRecord attempt) =>
        entry.Source.Service == attempt.Source.Service && entry.View is not ExchangeView.Server
        && (entry.DownstreamRemoteHash == 0 || attempt.DownstreamRemoteHash == 0 || entry.DownstreamRemoteHash == attempt.DownstreamRemoteHash);

    private RingRecord? FindEntryOfTry(RingRecord record)
    {
        if (record.RequestIdHash == 0)
            return null;
        foreach (RingRecord other in ring.Index.Find(record.RequestIdHash))
        {
            if (other.IsAccessLog && other.FirstArrivalAt >= record.EarliestAt && IsTryOf(other, record))
                return other;
        }

        return null;
    }
}
