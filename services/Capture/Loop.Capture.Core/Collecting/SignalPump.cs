using System.Threading.Channels;
using Loop.Capture.Core.Ring;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Redaction;
using Microsoft.Extensions.Logging;

namespace Loop.Capture.Core.Collecting;

/// <summary>Does the pending work, one piece after the other, away from the intake: decodes, judges, redacts and signals. Starts when the redaction key is known.</summary>
internal sealed partial class SignalPump(ExchangeRing ring, CaptureCounters counters, WatchTable watches, PendingWork pending, TimeProvider timeProvider, ILogger logger)
{
    private readonly Channel<NodeSignal> _signals = Channel.CreateBounded<NodeSignal>(new BoundedChannelOptions(ring.Options.SignalCapacity) { SingleWriter = true });
    private readonly TaskCompletionSource _hasKey = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<TriggerFired> _keptTriggers = new();
    private HeaderRedactor? _redactor;
    private long _triggerId;

    public ChannelReader<NodeSignal> Signals => _signals.Reader;

    /// <summary>The present redactor; null until the store sent a key.</summary>
    public HeaderRedactor? Redactor => Volatile.Read(ref _redactor);

    public void SetRedactor(HeaderRedactor redactor)
    {
        Volatile.Write(ref _redactor, redactor);
        _hasKey.TrySetResult();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _hasKey.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        while (await pending.WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            while (!cancellationToken.IsCancellationRequested && pending.TryTake(out Work work))
            {
                try
                {
                    FlushTriggers();
                    Do(work);
                }
                catch (Exception exception)
                {
                    // What a peer sent must not end the signals of all others; the record is journalled as undecodable by its count alone.
                    counters.Add(CaptureCount.Malformed);
                    LogWorkFailed(work.Kind, exception);
                }
            }
        }
    }

    /// <summary>Decodes a record that is not pinned; null when it is gone or cannot be decoded, which is journalled.</summary>
    public CapturedExchange? Decode(RingRecord record, long sequence)
    {
        if (!ring.Index.TryLease(record, sequence))
        {
            counters.Add(CaptureCount.EvictedUnread);
            return null;
        }

        try
        {
            return DecodeLeased(record);
        }
        finally
        {
            record.Release();
        }
    }

    /// <summary>The same for a record to which the caller holds a reference.</summary>
    public CapturedExchange? DecodeLeased(RingRecord record)
    {
        try
        {
            return RecordReader.Decode(record, ring.Node);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            counters.Add(CaptureCount.Malformed);
            ReadOnlySpan<ulong> keys = record.Keys;
            ring.Journal.Add(keys[..record.KeyCount], LossReason.Malformed, record.FirstArrivalAt);
            return null;
        }
    }

    /// <summary>What came so far of a record that goes on, to which the caller holds a reference; null when it ended meanwhile, and comes by itself.</summary>
    public CapturedExchange? DecodeOpen(RingRecord record)
    {
        try
        {
            return RecordReader.DecodeOpen(record, ring.Node);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private void Do(Work work)
    {
        switch (work.Kind)
        {
            case WorkKind.Judge:
                Judge(work);
                break;
            case WorkKind.Deliver:
                Deliver(work);
                break;
            case WorkKind.Announce:
                Announce(work.Watch!);
                break;
            default:
                break;
        }
    }

    private void Judge(Work work)
    {
        if (Decode(work.Record!, work.Sequence) is not { Head: var head } || FailureRule.Match(head) is not { } failure)
            return;
        if (head.Keys.Count == 0)
        {
            counters.Add(CaptureCount.WithoutKey);
            return;
        }

        counters.Add(CaptureCount.Triggered);
        _keptTriggers.Enqueue(new TriggerFired(++_triggerId, new Trigger(failure.Rule, failure.Reason, head.Id, head.Keys, timeProvider.GetUtcNow())));
        FlushTriggers();
        if (_keptTriggers.Count > ring.Options.PendingCapacity)
        {
            _keptTriggers.Dequeue();
            counters.Add(CaptureCount.TriggersShed);
        }
    }

    private void Deliver(Work work)
    {
        lock (ring.Index.Gate)
        {
            if (!watches.IsWatched(work.Watch!))
                return;
        }

        if (Decode(work.Record!, work.Sequence) is not { } exchange)
        {
            watches.OnUndelivered(work.Watch!, work.Sequence);
            return;
        }

        exchange = exchange with { Head = Redactor!.Redact(exchange.Head) };
        if (_signals.Writer.TryWrite(new WatchedExchangeCompleted(work.Watch!.Id, exchange)))
        {
            counters.Add(CaptureCount.Collected);
            return;
        }

        counters.Add(CaptureCount.Shed);
        foreach (TraceKey key in exchange.Head.Keys)
            ring.Journal.Add(Decoding.KeyHash.Of(key), LossReason.Shed, exchange.Head.StartedAt);
    }

    private void Announce(Watch watch)
    {
        int count;
        bool hasLost;
        lock (ring.Index.Gate)
        {
            watch.IsAnnouncing = false;
            if (!watches.IsWatched(watch))
                return;
            (count, hasLost) = (watch.Open.Count, watch.HasLost);
            if (count == watch.AnnouncedOpen && !watch.IsRepeating && !hasLost)
                return;
        }

        // Where there is no room the sweep sees that the count is not announced, and asks again.
        if (!_signals.Writer.TryWrite(new OpenCountChanged(watch.Id, count, hasLost)))
            return;
        lock (ring.Index.Gate)
            (watch.AnnouncedOpen, watch.IsRepeating, watch.HasLost) = (count, false, watch.HasLost && !hasLost);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "A record could not be handled ({Kind}); it is left out and the next one is taken.")]
    private partial void LogWorkFailed(WorkKind kind, Exception exception);

    private void FlushTriggers()
    {
        while (_keptTriggers.TryPeek(out TriggerFired? trigger) && _signals.Writer.TryWrite(trigger))
            _keptTriggers.Dequeue();
        if (_keptTriggers.Count == 0)
            return;
        lock (ring.Index.Gate)
            watches.NeedsRetry = true;
    }
}
