using Loop.Capture.Core.Decoding;
using Loop.Capture.Core.Ring;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Intake;

/// <summary>
/// Decides how exchanges ended. One without an end of response waits for the access-log entry of the same request: its flags tell who broke it off.
/// <list type="table">
/// <item><term>flags of the upstream</term><description>broken off by the upstream; a trigger</description></item>
/// <item><term>flags of the client</term><description>the client gave up; no trigger</description></item>
/// <item><term>no such flags, or no entry in time</term><description>side unknown; a trigger</description></item>
/// <item><term>cut by this node</term><description>by capture, at once; never a trigger</description></item>
/// <item><term>upgraded (WebSocket, tunnel)</term><description>no failure, however it ended</description></item>
/// </list>
/// No timers: one sweep looks at all that wait, which is in order of their deadlines because all wait equally long.
/// </summary>
internal sealed partial class ExchangeEnding(ExchangeRing ring, CaptureCounters counters, TimeProvider timeProvider)
{
    private readonly Queue<(RingRecord Record, long Sequence, DateTimeOffset Until)> _waiting = new();

    public void Close(RingRecord record, PartScan scan, WriterEnd end, DateTimeOffset at)
    {
        TakeFacts(record, scan, at);
        if (scan.IsUpgrade)
            Complete(record, ExchangeEnd.Upgraded, BrokenOffBy.None, isSuspect: false);
        else if (end.ResponseEnded)
            Complete(record, end.RequestEnded ? ExchangeEnd.Complete : ExchangeEnd.RequestIncomplete, BrokenOffBy.None, IsSuspect(scan));
        else if (end.Reason is CloseReason.CaptureEnded)
            Complete(record, ExchangeEnd.BrokenOff, BrokenOffBy.Capture, isSuspect: false);
        else
            WaitForLog(record, scan);
    }

    /// <summary>Records that an access-log entry arrived; it is indexed already. Ends the exchange that waited for it.</summary>
    public void OnAccessLog(RingRecord entry)
    {
        BrokenOffBy by = Judge(entry.ResponseFlags);
        RingRecord? waiting = null;
        EndTries(entry, by);
        lock (ring.Index.Gate)
        {
            if (entry.IsSpent || !TryFindPartner(entry, by, out waiting))
                return;
            entry.IsSpent = true;
            waiting.IsSpent = true;
            if (waiting.State is not RecordState.Waiting)
                return;
            waiting.AddReference();
        }

        lock (waiting.Gate)
        {
            if (waiting.State is RecordState.Waiting)
                CompleteBrokenOff(waiting, by);
        }

        waiting.Release();
    }

    /// <summary>True when an exchange of the same request at the same service was captured with its parts: then its own end triggers, not its log.</summary>
    public bool IsCaptured(RingRecord entry)
    {
        lock (ring.Index.Gate)
        {
            foreach (RingRecord other in ring.Index.Find(entry.RequestIdHash))
            {
                if (!other.IsAccessLog && IsSameProxy(entry, other))
                    return true;
            }
        }

        return false;
    }

    public void Sweep()
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        while (true)
        {
            (RingRecord Record, long Sequence, DateTimeOffset Until) next;
            lock (_waiting)
            {
                if (!_waiting.TryPeek(out next) || next.Until > now)
                    return;
                _waiting.Dequeue();
            }

            lock (next.Record.Gate)
            {
                if (next.Record.Sequence == next.Sequence && next.Record.State is RecordState.Waiting)
                    CompleteBrokenOff(next.Record, BrokenOffBy.Unknown);
            }
        }
    }

    private static BrokenOffBy Judge(ulong flags)
    {
        if (flags == 0)
            return BrokenOffBy.Unknown;
        IReadOnlyList<string> names = ResponseFlagNames.FromBits(flags);
        return FailureRule.IsClientGone(names) ? BrokenOffBy.Client : FailureRule.IsUpstreamFailure(names) ? BrokenOffBy.Upstream : BrokenOffBy.Unknown;
    }

    /// <summary>Cheap, and true for everything that <see cref="FailureRule"/> may call a failure: the exchange is then decoded and asked properly.</summary>
    private static bool IsSuspect(PartScan scan) =>
        scan.Status >= 500 || scan.ResponseFlags != 0 || (scan.GrpcStatus > 0 && FailureRule.GrpcFailure(scan.GrpcStatus) is not null);

    // Two records of one request at one proxy. What one of them does not know cannot tell them apart.
    private static bool IsSameProxy(RingRecord left, RingRecord right) =>
        (left.Source.Service is null || right.Source.Service is null || left.Source.Service == right.Source.Service)
        && (left.View is ExchangeView.Unknown || right.View is ExchangeView.Unknown || left.View == right.View)
        && (left.DownstreamRemoteHash == 0 || right.DownstreamRemoteHash == 0 || left.DownstreamRemoteHash == right.DownstreamRemoteHash);

    private static void TakeFacts(RingRecord record, PartScan scan)
    {
        record.RequestIdHash = scan.RequestIdHash;
        record.DownstreamRemoteHash = scan.DownstreamRemoteHash;
        record.ResponseFlags = scan.ResponseFlags;
        if (record.View is ExchangeView.Unknown)
            record.View = scan.ListenerDirection switch { 1 => ExchangeView.Server, 2 => ExchangeView.Client, _ => ExchangeView.Unknown };
    }

    private void TakeFacts(RingRecord record, PartScan scan, DateTimeOffset at)
    {
        TakeFacts(record, scan);
        ring.Services.Add(record.Source.Service, record.View);
        if (record.RequestTruncated || record.ResponseTruncated)
        {
            counters.Add(CaptureCount.Truncated);
            ring.Journal.Add(scan.KeyHashes, LossReason.Truncated, at);
        }

        if (scan.IsMalformed)
        {
            counters.Add(CaptureCount.Malformed);
            ring.Journal.Add(scan.KeyHashes, LossReason.Malformed, at);
        }
    }

    private void WaitForLog(RingRecord record, PartScan scan)
    {
        BrokenOffBy? by = null;
        lock (ring.Index.Gate)
        {
            // The log is often first: Envoy ends the side stream seconds after the exchange.
            if (record.View is ExchangeView.Attempt)
            {
                if (FindEntryOfTry(record) is { } ofCall)
                    by = SideOfTry(Judge(ofCall.ResponseFlags));
                else
                    ring.Index.SetState(record, RecordState.Waiting);
            }
            else if (TryFindEntry(record, out RingRecord? entry))
            {
                entry.IsSpent = true;
                record.IsSpent = true;
                by = Judge(entry.ResponseFlags);
            }
            else
            {
                ring.Index.SetState(record, RecordState.Waiting);
            }
        }

        if (by is { } known)
        {
            CompleteBrokenOff(record, known);
            return;
        }

        // An attempt that is tried again ends like this, after its headers: no log will say more than its status does.
        if (scan.Status >= 500)
            Suspect(record);
        lock (_waiting)
            _waiting.Enqueue((record, record.Sequence, timeProvider.GetUtcNow() + ring.Options.BrokenOffWait));
    }

    private void CompleteBrokenOff(RingRecord record, BrokenOffBy by)
    {
        counters.Add(CaptureCount.BrokenOff);
        Complete(record, ExchangeEnd.BrokenOff, by, isSuspect: by is not BrokenOffBy.Client);
    }

    private void Complete(RingRecord record, ExchangeEnd end, BrokenOffBy by, bool isSuspect)
    {
        (record.End, record.BrokenOffBy) = (end, by);
        counters.Add(CaptureCount.Completed);
        ring.Index.SetState(record, RecordState.Complete);
        if (isSuspect)
            Suspect(record);
        ring.Finish(record);
    }

    private void Suspect(RingRecord record)
    {
        lock (ring.Index.Gate)
            ring.Index.Observer?.OnSuspected(record);
    }

    private bool TryFindEntry(RingRecord record, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RingRecord? entry)
    {
        entry = null;
        if (record.RequestIdHash == 0)
            return false;
        foreach (RingRecord other in ring.Index.Find(record.RequestIdHash))
        {
            // An entry is written when an exchange ends: one that was here before this exchange began speaks of another.
            if (other.IsAccessLog && !other.IsSpent && other.FirstArrivalAt >= record.EarliestAt && IsSameProxy(other, record))
                entry = other;
        }

        return entry is not null;
    }

    // The oldest exchange that waits; but an entry without a word of a break speaks rather of one that ended well.
    private bool TryFindPartner(RingRecord entry, BrokenOffBy by, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RingRecord? partner)
    {
        partner = null;
        RingRecord? complete = null;
        if (entry.RequestIdHash == 0)
            return false;
        foreach (RingRecord other in ring.Index.Find(entry.RequestIdHash))
        {
            if (other.IsAccessLog || other.IsSpent || !IsSameProxy(entry, other))
                continue;
            if (other.State is RecordState.Waiting)
                partner = other;
            else if (other.State is RecordState.Complete && other.End is not ExchangeEnd.BrokenOff)
                complete = other;
        }

        if (by is BrokenOffBy.Unknown && complete is not null)
            partner = complete;
        return partner is not null;
    }
}
