using System.Diagnostics.Metrics;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Diagnostics;

/// <summary>
/// Metrics of the inputs and of the node link, meter <c>Loop.Capture</c>. They are plain counters that a listener reads when it wants to, so that a
/// stream pays one interlocked add and nothing when nobody listens.
/// </summary>
public sealed class CaptureInstruments : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Loop.Capture";

    private static readonly CaptureInput[] Inputs = Enum.GetValues<CaptureInput>();
    private static readonly RefusalReason[] Reasons = Enum.GetValues<RefusalReason>();

    private readonly Meter _meter;
    private readonly long[] _received = new long[Inputs.Length];
    private readonly long[] _malformed = new long[Inputs.Length];
    private readonly long[] _unsupported = new long[Inputs.Length];
    private readonly long[] _refused = new long[Reasons.Length];
    private long _openStreams;
    private long _faults;
    private long _linkConnections;
    private long _triggersUnacknowledged;

    /// <summary>Registers the instruments.</summary>
    public CaptureInstruments(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _meter.CreateObservableCounter("loop.capture.input.received", () => ByInput(_received), "{exchange}", "Exchanges and access-log entries that arrived.");
        _meter.CreateObservableCounter("loop.capture.input.malformed", () => ByInput(_malformed), "{message}", "Messages or files that could not be decoded.");
        _meter.CreateObservableCounter("loop.capture.input.unsupported", () => ByInput(_unsupported), "{message}", "Messages of a kind that Loop does not read.");
        _meter.CreateObservableCounter("loop.capture.input.refused", ByReason, "{request}", "Requests that were refused, by reason.");
        _meter.CreateObservableUpDownCounter("loop.capture.streams.open", () => Interlocked.Read(ref _openStreams), "{stream}", "gRPC requests in progress.");
        _meter.CreateObservableCounter("loop.capture.faults", () => Interlocked.Read(ref _faults), "{fault}", "Exceptions of our own while capturing.");
        _meter.CreateObservableCounter("loop.capture.link.connections", () => Interlocked.Read(ref _linkConnections), "{connection}", "Node links that were welcomed.");
        _meter.CreateObservableUpDownCounter(
            "loop.capture.link.triggers.unacknowledged", () => Interlocked.Read(ref _triggersUnacknowledged), "{trigger}", "Triggers that the store has not confirmed.");
    }

    /// <summary>Exchanges or entries arrived.</summary>
    public void OnReceived(CaptureInput input, int count = 1) => Interlocked.Add(ref _received[(int)input], count);

    /// <summary>Something could not be decoded.</summary>
    public void OnMalformed(CaptureInput input) => Interlocked.Increment(ref _malformed[(int)input]);

    /// <summary>A message of a kind that Loop does not read.</summary>
    public void OnUnsupported(CaptureInput input) => Interlocked.Increment(ref _unsupported[(int)input]);

    /// <summary>A request was refused.</summary>
    public void OnRefused(RefusalReason reason) => Interlocked.Increment(ref _refused[(int)reason]);

    /// <summary>A gRPC request began.</summary>
    public void OnStreamOpened() => Interlocked.Increment(ref _openStreams);

    /// <summary>A gRPC request ended.</summary>
    public void OnStreamClosed() => Interlocked.Decrement(ref _openStreams);

    /// <summary>A bug of ours was caught at a request's boundary.</summary>
    public void OnFault() => Interlocked.Increment(ref _faults);

    /// <summary>The store said welcome.</summary>
    public void OnLinkConnected() => Interlocked.Increment(ref _linkConnections);

    /// <summary>Triggers that wait for their acknowledgement.</summary>
    public void OnTriggersUnacknowledged(int count) => Interlocked.Exchange(ref _triggersUnacknowledged, count);

    /// <summary>gRPC requests in progress.</summary>
    public long OpenStreams => Interlocked.Read(ref _openStreams);

    /// <summary>How many requests were refused for a reason.</summary>
    public long Refused(RefusalReason reason) => Interlocked.Read(ref _refused[(int)reason]);

    /// <summary>How many messages of an input were malformed.</summary>
    public long Malformed(CaptureInput input) => Interlocked.Read(ref _malformed[(int)input]);

    /// <summary>How many messages of an input were of a kind that Loop does not read.</summary>
    public long Unsupported(CaptureInput input) => Interlocked.Read(ref _unsupported[(int)input]);

    /// <summary>How many exchanges or entries of an input arrived.</summary>
    public long Received(CaptureInput input) => Interlocked.Read(ref _received[(int)input]);

    /// <summary>What <c>loopctl status</c> shows beside the ring's own counts: sums, only those above zero.</summary>
    public IReadOnlyDictionary<string, long> Counts()
    {
        var counts = new Dictionary<string, long>
        {
            ["refused"] = Sum(_refused),
            ["unsupported"] = Sum(_unsupported),
            ["faults"] = Interlocked.Read(ref _faults),
            ["triggers unacknowledged"] = Interlocked.Read(ref _triggersUnacknowledged),
        };
        return counts.Where(count => count.Value > 0).ToDictionary();
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static long Sum(long[] counts) => counts.Sum();

    private static IEnumerable<Measurement<long>> ByInput(long[] counts) =>
        Inputs.Select(input => new Measurement<long>(Interlocked.Read(ref counts[(int)input]), new KeyValuePair<string, object?>("input", Name(input.ToString()))));

    private IEnumerable<Measurement<long>> ByReason() =>
        Reasons.Select(reason => new Measurement<long>(Refused(reason), new KeyValuePair<string, object?>("error.type", Name(reason.ToString()))));

    // ExternalProcessor → external_processor, as OpenTelemetry writes attribute values.
    private static string Name(string pascal) =>
        string.Concat(pascal.Select((letter, index) => char.IsUpper(letter) && index > 0 ? $"_{char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));
}
