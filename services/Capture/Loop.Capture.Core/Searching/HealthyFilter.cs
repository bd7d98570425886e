using System.Text;
using Loop.Capture.Core.Collecting;
using Loop.Capture.Core.Decoding;
using Loop.Capture.Core.Ring;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Searching;

/// <summary>
/// Finds healthy requests of an entry route. What other nodes know of the same conversation is not known here; the store judges the whole when it is collected.
/// </summary>
internal sealed class HealthyFilter(EntryRoute route, ExchangeRing ring, WatchTable watches) : IEntryFilter
{
    // A key that more records share than a conversation has is not one conversation's.
    private const int RelativesLimit = 256;

    private readonly byte[] _method = Encoding.Latin1.GetBytes(route.Method);
    private readonly List<RecordedPart> _parts = [];
    private readonly Dictionary<string, bool> _fitsByPath = new(StringComparer.Ordinal);

    public bool MayFit(RingRecord record) =>
        record is { End: ExchangeEnd.Complete, IsAccessLog: false, HasTriggered: false, RequestTruncated: false, KeyCount: > 0 }
        && record.View == route.View && (record.Source.Service ?? "") == route.Service;

    public bool Fits(RingRecord record) => HeaderPart.TryFind(record, PartKind.RequestHeaders, _parts, out RecordedPart headers) && FitsHeaders(headers);

    public bool Fits(RingRecord record, Exchange head) =>
        head.Status() is < 400 && head.GrpcStatus() is null or 0 && route.Fits(head) && FailureRule.Match(head) is null && IsHealthyEntry(record, head);

    private bool FitsHeaders(in RecordedPart part)
    {
        using var bytes = new ContiguousBytes(part.Payload);
        var walker = new HeaderMapWalker(bytes.Span);
        bool fitsMethod = false;
        bool fitsPath = false;
        while (walker.Next() && !(fitsMethod && fitsPath))
        {
            if (walker.Name.SequenceEqual(":method"u8))
                fitsMethod = walker.Value.SequenceEqual(_method);
            else if (walker.Name.SequenceEqual(":path"u8))
                fitsPath = FitsPath(Encoding.Latin1.GetString(walker.Value));
        }

        return fitsMethod && fitsPath;
    }

    private bool FitsPath(string path)
    {
        if (_fitsByPath.TryGetValue(path, out bool fits))
            return fits;
        fits = RoutePath.Generalise(path) == route.Path;
        if (_fitsByPath.Count < 4_096)
            _fitsByPath.Add(path, fits);
        return fits;
    }

    // The whole conversation, as far as it is here: ended, nowhere suspected of a failure, and begun by this very request.
    private bool IsHealthyEntry(RingRecord record, Exchange head)
    {
        var relatives = new List<RingRecord>();
        try
        {
            return TryLeaseRelatives(record, relatives)
                && relatives.TrueForAll(relative => relative.IsAccessLog || RecordReader.DecodeHead(relative, ring.Node).StartedAt >= head.StartedAt);
        }
        finally
        {
            foreach (RingRecord relative in relatives)
                relative.Release();
        }
    }

    private bool TryLeaseRelatives(RingRecord record, List<RingRecord> relatives)
    {
        var seen = new HashSet<long> { record.Sequence };
        lock (ring.Index.Gate)
        {
            ReadOnlySpan<ulong> keys = record.Keys;
            foreach (ulong hash in keys[..record.KeyCount])
            {
                foreach (RingRecord relative in ring.Index.Find(hash))
                {
                    if (!seen.Add(relative.Sequence))
                        continue;
                    if (relative.State is not RecordState.Complete || relative.HasTriggered || relatives.Count == RelativesLimit || watches.Replays.ReplayOf(relative) is not null)
                        return false;
                    relative.AddReference();
                    relatives.Add(relative);
                }
            }
        }

        return true;
    }
}
