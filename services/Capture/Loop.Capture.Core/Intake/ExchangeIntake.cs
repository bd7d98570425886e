using System.Buffers;
using Loop.Capture.Core.Decoding;
using Loop.Capture.Core.Ring;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Microsoft.Extensions.Logging;

namespace Loop.Capture.Core.Intake;

/// <summary>The way into the ring. Never waits for anything but the short locks of the ring; decodes nothing.</summary>
public sealed partial class ExchangeIntake : IExchangeIntake, IDisposable
{
    private readonly CaptureCounters _counters;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<ExchangeIntake> _logger;
    private readonly ITimer _sweep;

    /// <summary>The intake of a ring; sweeps it until disposed.</summary>
    public ExchangeIntake(ExchangeRing ring, CaptureCounters counters, TimeProvider timeProvider, ILogger<ExchangeIntake> logger)
    {
        ArgumentNullException.ThrowIfNull(ring);
        ArgumentNullException.ThrowIfNull(timeProvider);
        Ring = ring;
        _counters = counters;
        _timeProvider = timeProvider;
        _logger = logger;
        Ending = new ExchangeEnding(ring, counters, timeProvider);
        _sweep = timeProvider.CreateTimer(_ => Sweep(), null, ring.Options.SweepInterval, ring.Options.SweepInterval);
    }

    internal ExchangeRing Ring { get; }

    internal ExchangeEnding Ending { get; }

    internal ScanReserve Scans { get; } = new();

    internal DateTimeOffset Now => _timeProvider.GetUtcNow();

    /// <inheritdoc/>
    public IIntakeShard OpenShard(string connection) => new IntakeShard(this, Ring.OpenShard());

    /// <inheritdoc/>
    public void OnMalformed(CaptureInput input, string detail)
    {
        _counters.Add(CaptureCount.Malformed);
        LogMalformed(input, detail);
    }

    /// <inheritdoc/>
    public void Dispose() => _sweep.Dispose();

    internal IExchangeWriter Begin(RingShard shard, in ExchangeSource source, DateTimeOffset arrivedAt)
    {
        _counters.OnReceived(source.Input);
        return new ExchangeWriter(this, Ring.Begin(shard, source, arrivedAt), source);
    }

    internal void RecordAccessLog(RingShard shard, in ExchangeSource source, in ReadOnlySequence<byte> entry, DateTimeOffset arrivedAt)
    {
        _counters.OnReceived(source.Input);
        PartScan scan = Scans.Take();
        scan.ScanAccessLog(entry);
        if (scan.IsMalformed)
            OnMalformedEntry(scan, arrivedAt);
        else if (!scan.IsLoggedAtEnd)
            _counters.Add(CaptureCount.Unsupported);
        else if (Ring.Begin(shard, source with { Input = CaptureInput.AccessLog }, arrivedAt) is { } record)
            Keep(record, scan, entry, arrivedAt);
        else
            OnShed(scan, arrivedAt);
        Scans.Return(scan);
    }

    /// <summary>An exchange is given up before it ended.</summary>
    internal void Drop(RingRecord record)
    {
        Ring.Index.Remove(record);
        Ring.Drop(record);
    }

    /// <summary>Nothing was kept of something that had these keys.</summary>
    internal void OnShed(PartScan scan, DateTimeOffset at)
    {
        _counters.Add(CaptureCount.Shed);
        if (scan.KeyHashes.Length > 0)
            Ring.Journal.Add(scan.KeyHashes, LossReason.Shed, at);
        else
            Ring.Journal.Add(LossJournal.UnknownKey, LossReason.Shed, at);
    }

    /// <summary>
    /// We lost sight of an exchange in the middle. That befalls whole connections: a source that gives up a slow or frozen collector sends it nothing for a
    /// while, so that others are missing of which not even the number is known.
    /// </summary>
    internal void OnCut(PartScan scan, DateTimeOffset at)
    {
        Ring.Journal.Add(scan.KeyHashes, LossReason.Shed, at);
        Ring.Journal.Add(LossJournal.UnknownKey, LossReason.Shed, at);
    }

    private void Keep(RingRecord record, PartScan scan, in ReadOnlySequence<byte> entry, DateTimeOffset at)
    {
        record.EndedAt = at;
        record.End = ExchangeEnd.Complete;
        record.RequestIdHash = scan.RequestIdHash;
        record.DownstreamRemoteHash = scan.DownstreamRemoteHash;
        record.ResponseFlags = scan.ResponseFlags;
        bool kept;
        lock (record.Gate)
            kept = record.RequestLog.TryAppend(record, PartKind.AccessLogEntry, at, entry, begins: true, out _);
        if (!kept)
        {
            OnShed(scan, at);
            lock (record.Gate)
                Drop(record);
            return;
        }

        _counters.Add(CaptureCount.AccessLogEntries);
        Ring.Services.Add(record.Source.Service, record.View);
        Ring.Index.AddComplete(record, scan.KeyHashes);
        Ending.OnAccessLog(record);
        bool isFailing = scan.Status is 0 or >= 500 || scan.ResponseFlags != 0 || FailureRule.GrpcFailure(scan.GrpcStatus) is not null;
        record.IsRepeated = Ending.IsCaptured(record);
        if (!record.IsRepeated)
        {
            _counters.Add(CaptureCount.LoggedOnly);
            if (isFailing)
            {
                lock (Ring.Index.Gate)
                    Ring.Index.Observer?.OnSuspected(record);
            }
        }

        Ring.Finish(record);
    }

    private void OnMalformedEntry(PartScan scan, DateTimeOffset at)
    {
        OnMalformed(CaptureInput.AccessLog, "An access-log entry is not the message that it should be.");
        Ring.Journal.Add(scan.KeyHashes, LossReason.Malformed, at);
    }

    private void Sweep()
    {
        Ending.Sweep();
        Ring.SeparateLongLived(_timeProvider.GetUtcNow() - Ring.Options.LongLivedAfter);
        lock (Ring.Index.Gate)
            Ring.Index.Observer?.OnSweep();
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Debug, Message = "{Input}: {Detail}")]
    private partial void LogMalformed(CaptureInput input, string detail);
}
