using System.Threading.Channels;
using Loop.Capture.Core.Decoding;
using Loop.Capture.Core.Ring;
using Loop.Capture.Core.Searching;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Redaction;
using Microsoft.Extensions.Logging;

namespace Loop.Capture.Core.Collecting;

/// <summary>Answers the store's questions from the ring, and signals what it waits for.</summary>
public sealed class ConversationCollector : IConversationCollector, IAsyncDisposable
{
    // More than this is not held against eviction at once, so that a large collection leaves the intake room.
    private const long PinnedBytesLimit = 64L << 20;

    // The second comes at least one sweep after the answer went to the link.
    private const int AnnouncementRepeats = 2;

    // A loss without a key may be of any conversation of that time; a collection follows its trigger within moments.
    private static readonly TimeSpan UnknownLossWindow = TimeSpan.FromSeconds(30);

    // Each stands for an exchange that is gone; a conversation of which more is gone is no more incomplete.
    private const int EvictionsToldLimit = 100;

    private readonly ExchangeRing _ring;
    private readonly CaptureCounters _counters;
    private readonly TimeProvider _timeProvider;
    private readonly WatchTable _watches;
    private readonly SignalPump _pump;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CompletionRate _rate;
    private readonly Task _pumping;

    /// <summary>The collector of a ring; pumps until disposed.</summary>
    public ConversationCollector(ExchangeRing ring, CaptureCounters counters, TimeProvider timeProvider, ILogger<ConversationCollector> logger)
    {
        ArgumentNullException.ThrowIfNull(ring);
        _ring = ring;
        _counters = counters;
        _timeProvider = timeProvider;
        _rate = new CompletionRate(counters, timeProvider);
        var pending = new PendingWork(ring.Options.PendingCapacity);
        _watches = new WatchTable(ring, counters, pending, timeProvider);
        _pump = new SignalPump(ring, counters, _watches, pending, timeProvider, logger);
        ring.Index.Observer = _watches;
        _pumping = Task.Run(() => _pump.RunAsync(_stopping.Token));
    }

    /// <inheritdoc/>
    public ChannelReader<NodeSignal> Signals => _pump.Signals;

    /// <inheritdoc/>
    public Task Completion => _pumping;

    /// <inheritdoc/>
    public CollectResult Collect(string watchId, IReadOnlyList<TraceKey> keys, bool includeOpen = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(watchId);
        ArgumentNullException.ThrowIfNull(keys);
        HeaderRedactor redactor = Redactor();
        var found = new List<RingRecord>();
        var leases = new List<(RingRecord Record, long Sequence, bool IsPinned)>();
        var open = new List<RingRecord>();
        int openCount;
        Watch watch;
        lock (_ring.Index.Gate)
        {
            watch = _watches.GetOrAdd(watchId);
            _watches.LookAtLosses();
            watch.HasLost = false;
            _watches.Extend(watch, keys.Select(KeyHash.Of), found);
            openCount = watch.Open.Count;
            Pin(found, leases);
            if (includeOpen)
                open = _watches.LeaseOpen(watch);
        }

        List<CapturedExchange> exchanges = Decode(watch, leases, redactor);
        exchanges.AddRange(DecodeOpen(open, redactor));
        _counters.Add(CaptureCount.Collected, exchanges.Count);
        lock (_ring.Index.Gate)
            watch.RepeatsLeft = AnnouncementRepeats;
        return new CollectResult(exchanges, Answer(watch, keys, openCount));
    }

    /// <inheritdoc/>
    public void Unwatch(string watchId)
    {
        lock (_ring.Index.Gate)
            _watches.Remove(watchId);
    }

    /// <inheritdoc/>
    public void RegisterReplay(string replayId, IReadOnlyList<TraceKey> keys)
    {
        ArgumentException.ThrowIfNullOrEmpty(replayId);
        ArgumentNullException.ThrowIfNull(keys);
        lock (_ring.Index.Gate)
        {
            foreach (TraceKey key in keys)
                _watches.Replays.Add(KeyHash.Of(key), replayId);
            _watches.Follow(_watches.GetOrAdd(Watch.ReplayPrefix + replayId), keys.Select(KeyHash.Of));
        }
    }

    /// <inheritdoc/>
    public void UnregisterReplay(string replayId)
    {
        lock (_ring.Index.Gate)
        {
            _watches.Remove(Watch.ReplayPrefix + replayId);
            _watches.Replays.Expire(replayId, _timeProvider.GetUtcNow() + _ring.Options.ReplayMarkAfterEnd);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<FoundExchange>> Find(RingQuery query, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        HeaderRedactor redactor = Redactor();
        return Task.Run(() => new RingSearch(_ring, _watches).Run(query, limit, redactor, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public void SetRedactionKey(ReadOnlySpan<byte> key, string keyId) => _pump.SetRedactor(new HeaderRedactor(key, keyId));

    /// <inheritdoc/>
    public NodeStatusView Snapshot() => new()
    {
        Node = _ring.Node.Name,
        Epoch = _ring.Node.Epoch,
        Connected = false,
        LastSeenAt = _timeProvider.GetUtcNow(),
        Horizon = _ring.OldestAt,
        ExchangesPerSecond = _rate.Measure(),
        RingExchanges = _ring.Count,
        RingBytesUsed = _ring.UsedBytes,
        RingBytesTotal = _ring.TotalBytes,
        OpenExchanges = _ring.OpenCount,
        Counts = _counters.Counts(),
        Inputs = _counters.Inputs(),
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _pumping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private HeaderRedactor Redactor() =>
        _pump.Redactor ?? throw new InvalidOperationException("Nothing is collected before the redaction key is set: it comes with the store's Welcome.");

    private static void Pin(List<RingRecord> found, List<(RingRecord Record, long Sequence, bool IsPinned)> leases)
    {
        long pinned = 0;
        foreach (RingRecord record in found)
        {
            bool isPinned = pinned + record.ChargedBytes <= PinnedBytesLimit;
            if (isPinned)
            {
                record.AddReference();
                pinned += record.ChargedBytes;
            }

            leases.Add((record, record.Sequence, isPinned));
        }
    }

    private List<CapturedExchange> Decode(Watch watch, List<(RingRecord Record, long Sequence, bool IsPinned)> leases, HeaderRedactor redactor)
    {
        var exchanges = new List<CapturedExchange>(leases.Count);
        int next = 0;
        try
        {
            for (; next < leases.Count; next++)
            {
                (RingRecord record, long sequence, bool isPinned) = leases[next];
                if ((isPinned ? _pump.DecodeLeased(record) : _pump.Decode(record, sequence)) is { } exchange)
                    exchanges.Add(exchange with { Head = redactor.Redact(exchange.Head) });
                else
                    _watches.OnUndelivered(watch, sequence);
                if (isPinned)
                    record.Release();
            }
        }
        finally
        {
            // Only after an unexpected fault: what is pinned must not stay so.
            for (; next < leases.Count; next++)
            {
                if (leases[next].IsPinned)
                    leases[next].Record.Release();
            }
        }

        return exchanges;
    }

    private NodeAnswer Answer(Watch watch, IReadOnlyList<TraceKey> keys, int openCount)
    {
        var asked = new Dictionary<ulong, TraceKey>();
        foreach (TraceKey key in keys)
            asked[KeyHash.Of(key)] = key;
        return new NodeAnswer
        {
            Node = _ring.Node.Name,
            Epoch = _ring.Node.Epoch,
            StartedAt = _ring.Node.StartedAt,
            Horizon = _ring.Horizon,
            OpenCount = openCount,
            Watches = _ring.Services.Names,
            EvictionsSince = _ring.Evictions.Since ?? _ring.Node.StartedAt,
            Losses = [.. Losses(keys, asked), .. Evictions(watch, asked)],
            At = _timeProvider.GetUtcNow(),
        };
    }

    private List<CapturedExchange> DecodeOpen(List<RingRecord> leased, HeaderRedactor redactor)
    {
        var exchanges = new List<CapturedExchange>(leased.Count);
        foreach (RingRecord record in leased)
        {
            if (_pump.DecodeOpen(record) is { } exchange)
                exchanges.Add(exchange with { Head = redactor.Redact(exchange.Head) });
            record.Release();
        }

        return exchanges;
    }

    // What this watch delivered before it was evicted is not lost.
    private List<JournalEntry> Evictions(Watch watch, Dictionary<ulong, TraceKey> asked)
    {
        var found = new Dictionary<long, DateTimeOffset>();
        var entries = new Dictionary<long, JournalEntry>();
        foreach ((ulong hash, TraceKey key) in asked)
        {
            _ring.Evictions.Find(hash, found, Watch.ExchangeLimit + EvictionsToldLimit);
            foreach ((long sequence, DateTimeOffset at) in found)
                entries.TryAdd(sequence, new JournalEntry(LossReason.Evicted, at, key, new ExchangeId(_ring.Node.Name, _ring.Node.Epoch, sequence)));
        }

        lock (_ring.Index.Gate)
            return [.. entries.Where(entry => !watch.Delivered.Contains(entry.Key)).Select(entry => entry.Value).Take(EvictionsToldLimit)];
    }

    private IReadOnlyList<JournalEntry> Losses(IReadOnlyList<TraceKey> keys, Dictionary<ulong, TraceKey> asked)
    {
        DateTimeOffset recent = _timeProvider.GetUtcNow() - UnknownLossWindow;
        var losses = new List<JournalEntry>();
        (ulong KeyHash, LossReason Reason, DateTimeOffset At)? unknown = null;
        foreach ((ulong KeyHash, LossReason Reason, DateTimeOffset At) loss in _ring.Journal.Find(hash => hash == LossJournal.UnknownKey || asked.ContainsKey(hash)))
        {
            if (asked.TryGetValue(loss.KeyHash, out TraceKey key))
                losses.Add(new JournalEntry(loss.Reason, loss.At, key));
            else if (loss.At >= recent)
                unknown = loss;
        }

        // One stands for all of them.
        if (unknown is { } last && keys.Count > 0)
            losses.Add(new JournalEntry(last.Reason, last.At, keys[0]));
        return losses;
    }
}
