using System.Globalization;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Conversations.Tree;

namespace Loop.Store.Core.Tests.Conversations.Tree;

/// <summary>Exchanges in a line each: who, when (milliseconds), how it ended.</summary>
internal sealed class ExchangeSketch
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 3, 0, 0, TimeSpan.Zero);
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private long _sequence;

    public RecordedExchange Client(string service, string path, int from, int? to, int status = 200, string? local = null, string? remote = null, string? spanIn = null, string? spanOut = null, int? attempts = null, string requestId = "r1", string method = "GET", string? details = "via_upstream", string? node = null) =>
        Make(ExchangeView.Client, service, path, from, to, status, new ExchangeEndpoints(null, null, local, remote), spanIn, spanOut, attempts, requestId, method, details, node);

    public RecordedExchange Server(string service, string path, int from, int? to, int status = 200, string? remote = null, string? local = null, string? spanIn = null, string? spanOut = null, int? attempt = null, string requestId = "r1", string method = "GET", string? details = "via_upstream", string? node = null) =>
        Make(ExchangeView.Server, service, path, from, to, status, new ExchangeEndpoints(remote, local, null, null), spanIn, spanOut, attempt, requestId, method, details, node);

    public RecordedExchange Try(string service, string path, int from, int? to, int status = 200, int? attempt = null, string requestId = "r1", string method = "GET") =>
        Make(ExchangeView.Attempt, service, path, from, to, status, ExchangeEndpoints.Unknown, null, null, attempt, requestId, method, "via_upstream", null);

    public RecordedExchange Log(RecordedExchange of, IReadOnlyList<string> flags, string? spanOut = null) => new(
        of.Exchange with
        {
            Id = NextId("n1"),
            Input = CaptureInput.AccessLog,
            ResponseFlags = flags,
            IncomingSpanId = null,
            OutgoingSpanId = spanOut,
            End = ExchangeEnd.Complete,
            BrokenOffBy = BrokenOffBy.None,
        },
        Late: false);

    /// <summary>The same exchange with the header that a caller's proxy adds.</summary>
    public static RecordedExchange SentByProxy(RecordedExchange server) => server with
    {
        Exchange = server.Exchange with { Request = Part([.. server.Exchange.Request!.Headers, new HeaderField("x-envoy-attempt-count", "1")]) },
    };

    /// <summary>The same exchange of another trace.</summary>
    public static RecordedExchange OfTrace(string traceId, RecordedExchange recorded) => recorded with
    {
        Exchange = recorded.Exchange with { Keys = [TraceKey.FromTraceId(traceId)!.Value, .. recorded.Exchange.Keys.Where(key => key.Kind is TraceKeyKind.Request)] },
    };

    private ExchangeId NextId(string node) => new(node, 1, ++_sequence);

    private RecordedExchange Make(ExchangeView view, string service, string path, int from, int? to, int status, ExchangeEndpoints endpoints, string? spanIn, string? spanOut, int? attempts, string requestId, string method, string? details, string? node) => new(
        new Exchange
        {
            Id = NextId(node ?? "n1"),
            Input = CaptureInput.ExternalProcessor,
            View = view,
            Service = service,
            Instance = "i",
            StartedAt = Start.AddMilliseconds(from),
            Duration = to is null ? null : TimeSpan.FromMilliseconds(to.Value - from),
            End = to is null ? ExchangeEnd.BrokenOff : ExchangeEnd.Complete,
            BrokenOffBy = to is null ? BrokenOffBy.Unknown : BrokenOffBy.None,
            Request = Part([new(":method", method), new(":path", path), new(":authority", "x")]),
            Response = status == 0 ? null : Part([new(":status", status.ToString(CultureInfo.InvariantCulture))]),
            ResponseCodeDetails = details,
            AttemptCount = attempts,
            Endpoints = endpoints,
            IncomingSpanId = spanIn,
            OutgoingSpanId = spanOut,
            Keys = [TraceKey.FromTraceId(TraceId)!.Value, TraceKey.FromRequestId(requestId)!.Value],
        },
        Late: false);

    private static HttpMessagePart Part(IReadOnlyList<HeaderField> headers) => new() { Headers = headers, Body = BodyInfo.Empty };
}
