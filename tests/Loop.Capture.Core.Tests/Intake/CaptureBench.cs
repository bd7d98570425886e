using System.Buffers;
using System.Globalization;
using Google.Protobuf;
using Loop.Capture.Core.Collecting;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Ring;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Data.Accesslog.V3;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Loop.Capture.Core.Tests.Intake;

/// <summary>A ring with its intake and collector, and a clock that only the test moves.</summary>
internal sealed class CaptureBench : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public CaptureBench(Action<RingOptions>? configure = null, bool hasKey = true)
    {
        var options = new RingOptions { PoolBytes = 4 << 20, JournalEntries = 1024 };
        configure?.Invoke(options);
        Time = new FakeTimeProvider(Start);
        Counters = new CaptureCounters();
        Ring = new ExchangeRing(Options.Create(options), new CaptureNodeIdentity("node", Start.ToUnixTimeMilliseconds(), Start), Counters);
        Collector = new ConversationCollector(Ring, Counters, Time, NullLogger<ConversationCollector>.Instance);
        Intake = new ExchangeIntake(Ring, Counters, Time, NullLogger<ExchangeIntake>.Instance);
        Shard = Intake.OpenShard("test");
        if (hasKey)
            Collector.SetRedactionKey(new byte[32], "k1");
    }

    public FakeTimeProvider Time { get; }

    public CaptureCounters Counters { get; }

    public ExchangeRing Ring { get; }

    public ConversationCollector Collector { get; }

    public ExchangeIntake Intake { get; }

    public IIntakeShard Shard { get; }

    public DateTimeOffset Now => Time.GetUtcNow();

    public static ExchangeSource Source(string service = "web", ExchangeView view = ExchangeView.Server, CaptureInput input = CaptureInput.ExternalProcessor, string? traceParent = null) =>
        new(input, view, service, null, service + "-1", traceParent);

    public static TraceKey Trace(int number) => TraceKey.FromTraceId(TraceId(number))!.Value;

    public static TraceKey RequestId(string id) => TraceKey.FromRequestId(id)!.Value;

    public static string TraceId(int number) => (number + 1).ToString("x32", CultureInfo.InvariantCulture);

    public static ReadOnlySequence<byte> Map(params (string Name, string Value)[] headers)
    {
        var map = new HeaderMap();
        map.Headers.AddRange(headers.Select(header => new HeaderValue { Key = header.Name, RawValue = ByteString.CopyFromUtf8(header.Value) }));
        return new ReadOnlySequence<byte>(map.ToByteArray());
    }

    public static ReadOnlySequence<byte> Request(int trace, string? requestId = null, params (string Name, string Value)[] more)
    {
        List<(string, string)> headers = [(":method", "GET"), (":path", "/"), ("traceparent", $"00-{TraceId(trace)}-00f067aa0ba902b7-01")];
        if (requestId is not null)
            headers.Add(("x-request-id", requestId));
        headers.AddRange(more);
        return Map([.. headers]);
    }

    public static ReadOnlySequence<byte> Response(int status, params (string Name, string Value)[] more) =>
        Map([(":status", status.ToString(CultureInfo.InvariantCulture)), .. more]);

    public static ReadOnlySequence<byte> Bytes(int count, byte value = 7)
    {
        var bytes = new byte[count];
        Array.Fill(bytes, value);
        return new ReadOnlySequence<byte>(bytes);
    }

    public IExchangeWriter Begin(int trace, string? requestId = null, ExchangeSource? source = null, IIntakeShard? shard = null)
    {
        IExchangeWriter writer = (shard ?? Shard).Begin(source ?? Source(), Now)!;
        writer.Headers(MessageDirection.Request, Request(trace, requestId), endOfStream: true, Now);
        return writer;
    }

    public void Exchange(int trace, int status = 200, string? requestId = null, int bodyBytes = 100, ExchangeSource? source = null, IIntakeShard? shard = null)
    {
        IExchangeWriter writer = Begin(trace, requestId, source, shard);
        writer.Headers(MessageDirection.Response, Response(status), endOfStream: false, Now);
        writer.Body(MessageDirection.Response, Bytes(bodyBytes), endOfStream: true, truncated: false, Now);
        writer.Close(CloseReason.SourceEnded, Now);
    }

    public void AccessLog(string requestId, uint status, ResponseFlags? flags = null, string service = "web", ExchangeView view = ExchangeView.Server, string? downstream = null, int logType = 0)
    {
        var entry = new HTTPAccessLogEntry
        {
            CommonProperties = new AccessLogCommon { ResponseFlags = flags, AccessLogType = logType },
            Request = new HTTPRequestProperties { RequestId = requestId, Path = "/", RequestMethod = 1 },
            Response = new HTTPResponseProperties { ResponseCode = status },
        };
        if (downstream is not null)
        {
            string[] parts = downstream.Split(':');
            entry.CommonProperties.DownstreamRemoteAddress = new Address
            {
                SocketAddress = new SocketAddress { Address = parts[0], PortValue = uint.Parse(parts[1], CultureInfo.InvariantCulture) },
            };
        }

        Shard.RecordAccessLog(Source(service, view, CaptureInput.AccessLog), new ReadOnlySequence<byte>(entry.ToByteArray()), Now);
    }

    /// <summary>The next signal of a kind; others are passed over.</summary>
    public async Task<TSignal> Next<TSignal>(Func<TSignal, bool>? where = null)
        where TSignal : NodeSignal
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (await Collector.Signals.ReadAsync(patience.Token) is TSignal signal && where?.Invoke(signal) is not false)
                return signal;
        }
    }

    /// <summary>All signals up to the trigger of a failure that this makes last: the pump works in order, so that nothing else can be on its way.</summary>
    public async Task<IReadOnlyList<NodeSignal>> DrainSignals()
    {
        const int LastTrace = 999_999;
        Exchange(LastTrace, status: 599);
        using var patience = new CancellationTokenSource(Patience);
        var signals = new List<NodeSignal>();
        while (await Collector.Signals.ReadAsync(patience.Token) is var signal)
        {
            if (signal is TriggerFired fired && fired.Trigger.Keys.Contains(Trace(LastTrace)))
                break;
            signals.Add(signal);
        }

        return signals;
    }

    /// <summary>What the ring holds of a trace, asked by a watch of its own.</summary>
    public IReadOnlyList<CapturedExchange> Find(int trace)
    {
        string watch = $"find-{Guid.NewGuid()}";
        IReadOnlyList<CapturedExchange> found = Collector.Collect(watch, [Trace(trace)]).Exchanges;
        Collector.Unwatch(watch);
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        Intake.Dispose();
        await Collector.DisposeAsync();
    }
}
