using System.Diagnostics.Metrics;

namespace Loop.Store;

/// <summary>The store's metrics. Ids never become tags.</summary>
public sealed class StoreInstruments
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Loop.Store";

    private readonly Histogram<double> _append;
    private readonly Histogram<double> _segment;
    private readonly Counter<long> _recorded;
    private readonly Counter<long> _late;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _malformed;
    private readonly Counter<long> _triggers;
    private readonly Counter<long> _sealed;
    private readonly Counter<long> _merged;
    private readonly Counter<long> _controls;
    private readonly Counter<long> _nodesSilent;
    private readonly Counter<long> _tailDropped;
    private readonly UpDownCounter<long> _nodes;
    private long _refusedTriggers;

    /// <summary>Creates the instruments.</summary>
    public StoreInstruments(IMeterFactory meters)
    {
        Meter meter = meters.Create(MeterName);
        _append = meter.CreateHistogram<double>("loop.store.append.duration", "s", "One append of facts to a stream.");
        _segment = meter.CreateHistogram<double>("loop.store.segment.duration", "s", "Writing one pack segment.");
        _recorded = meter.CreateCounter<long>("loop.store.exchange.recorded", "{exchange}", "Exchanges recorded.");
        _late = meter.CreateCounter<long>("loop.store.exchange.late", "{exchange}", "Exchanges recorded after the seal.");
        _refused = meter.CreateCounter<long>("loop.store.exchange.refused", "{exchange}", "Exchanges over a cap.");
        _malformed = meter.CreateCounter<long>("loop.store.link.malformed", "{message}", "Messages of nodes that could not be read.");
        _triggers = meter.CreateCounter<long>("loop.store.trigger", "{trigger}", "Triggers by outcome.");
        _sealed = meter.CreateCounter<long>("loop.store.conversation.sealed", "{conversation}", "Conversations sealed, by reason.");
        _merged = meter.CreateCounter<long>("loop.store.conversation.merged", "{conversation}", "Conversations that turned out to be part of an older one.");
        _controls = meter.CreateCounter<long>("loop.store.control", "{search}", "Searches for a healthy conversation of a failing route, by outcome.");
        _nodesSilent = meter.CreateCounter<long>("loop.store.node.silent", "{answer}", "Answers that a node did not give.");
        _tailDropped = meter.CreateCounter<long>("loop.store.tail.dropped", "{line}", "Lines that a slow live reader lost.");
        _nodes = meter.CreateUpDownCounter<long>("loop.store.node.connected", "{node}", "Connected capture nodes.");
    }

    /// <summary>Triggers refused by the cap per minute since the start.</summary>
    public long RefusedTriggers => Interlocked.Read(ref _refusedTriggers);

    /// <summary>An append ended.</summary>
    public void OnAppended(TimeSpan duration) => _append.Record(duration.TotalSeconds);

    /// <summary>A segment was written.</summary>
    public void OnSegmentWritten(TimeSpan duration) => _segment.Record(duration.TotalSeconds);

    /// <summary>Exchanges were recorded.</summary>
    public void OnRecorded(int count, bool late) => (late ? _late : _recorded).Add(count);

    /// <summary>Exchanges were over a cap.</summary>
    public void OnRefused(int count) => _refused.Add(count);

    /// <summary>A node sent what cannot be read.</summary>
    public void OnMalformed() => _malformed.Add(1);

    /// <summary>A trigger was kept.</summary>
    public void OnTriggerKept() => _triggers.Add(1, new KeyValuePair<string, object?>("outcome", "kept"));

    /// <summary>A trigger was refused by the cap per minute.</summary>
    public void OnTriggerRefused()
    {
        Interlocked.Increment(ref _refusedTriggers);
        _triggers.Add(1, new KeyValuePair<string, object?>("outcome", "refused"));
    }

    /// <summary>A conversation was sealed.</summary>
    public void OnSealed(string reason) => _sealed.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A conversation was merged.</summary>
    public void OnMerged() => _merged.Add(1);

    /// <summary>A control was kept, reused, unfit, or there was none.</summary>
    public void OnControl(string outcome) => _controls.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>A node did not answer.</summary>
    public void OnNodeSilent() => _nodesSilent.Add(1);

    /// <summary>A live reader lost a line.</summary>
    public void OnTailDropped() => _tailDropped.Add(1);

    /// <summary>A node connected (1) or left (−1).</summary>
    public void OnNodeConnected(int change) => _nodes.Add(change);
}
