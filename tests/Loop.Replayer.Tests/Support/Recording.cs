using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Tests.Support;

/// <summary>Builds a kept conversation with its exchanges and bodies.</summary>
public sealed class Recording
{
    public const string Id = "7f3k00000001";
    public const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    public static readonly DateTimeOffset Start = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly List<HopView> _hops = [];
    private readonly List<Exchange> _exchanges = [];

    public Dictionary<string, byte[]> Bodies { get; } = [];

    public IReadOnlyList<Exchange> Exchanges => _exchanges;

    /// <summary>Its own id; <see cref="Id"/> unless a test keeps several.</summary>
    public string ConversationId { get; init; } = Id;

    public ConversationState State { get; set; } = ConversationState.Sealed;

    public string? Origin { get; set; }

    /// <summary>What the conversation lacks; nothing by default.</summary>
    public IReadOnlyList<MissingView> Missing { get; set; } = [];

    /// <summary>Why its store cannot read it; null by default.</summary>
    public string? Unreadable { get; set; }

    /// <summary>The entry of most tests: POST /checkout of web, answered with this status and JSON body.</summary>
    public static Recording Failing(int status = 500, string body = """{"error":"discount is null"}""", string requestBody = """{"items":[1]}""")
    {
        Recording recording = new();
        recording.Hop("web", "POST", "/checkout?x=1", status, body, requestBody, source: "client");
        recording.Origin = status >= 500 ? "hop-1" : null;
        return recording;
    }

    public ConversationDetail Detail => new()
    {
        Id = ConversationId,
        TraceKey = $"trace:{TraceId}",
        Keys = [$"trace:{TraceId}", "request:b5f8c2ba-7a8b-4f0e-8d5c-0123456789ab"],
        State = State,
        Trigger = new TriggerView("default", "status 500", Start, null),
        Coherence = new CoherenceReport(_hops.Count, _hops.Count, Missing, Missing.Count == 0),
        Hops = _hops,
        OriginHopId = Origin,
    };

    /// <summary>Adds a hop with one view and returns its id, <c>hop-N</c>.</summary>
    public string Hop(
        string destination, string method, string path, int? status, string? response, string request = "", string source = "web", string? parent = null,
        Func<Exchange, Exchange>? change = null, ExchangeView view = ExchangeView.Server, string contentType = "application/json")
    {
        int number = _hops.Count + 1;
        Exchange exchange = Exchange(number, view == ExchangeView.Client ? source : destination, view, method, path, status, response, request, contentType);
        exchange = change is null ? exchange : change(exchange);
        _exchanges.Add(exchange);
        string id = ConversationId == Id ? $"hop-{number}" : $"{ConversationId}-hop-{number}";
        _hops.Add(new HopView
        {
            Number = number,
            Id = id,
            ParentId = parent,
            Source = source,
            SourceFrom = "client view",
            Destination = destination,
            DestinationFrom = "server view",
            StartedAt = exchange.StartedAt,
            DurationMs = exchange.Duration?.TotalMilliseconds,
            JoinedBy = parent is null ? "root" : "span",
            Views = [new HopExchangeView(exchange.Id.ToString(), view, exchange.Input, exchange.StartedAt, 10, exchange.Status(), exchange.Service, "i", false, null, FailureRule.Match(exchange)?.Reason)],
            Request = exchange.Request is null ? null : new RequestView { Method = method, Path = path, Headers = [], BodySizeBytes = 0, BodyKeptBytes = 0, BodyTruncated = false },
            Failure = FailureRule.Match(exchange)?.Reason,
            End = exchange.End,
            BrokenOffBy = exchange.BrokenOffBy,
        });
        return id;
    }

    /// <summary>An exchange whose bodies are in <see cref="Bodies"/>. A child starts 1 ms after its predecessor and ends before it.</summary>
    public Exchange Exchange(
        int number, string service, ExchangeView view, string method, string path, int? status, string? response, string request = "", string contentType = "application/json") => new()
        {
            Id = new ExchangeId(ConversationId == Recording.Id ? "node-1" : ConversationId, 1, number),
            Input = CaptureInput.ExternalProcessor,
            View = view,
            Service = service,
            Instance = $"{service}-1",
            StartedAt = Start.AddMilliseconds(number),
            Duration = TimeSpan.FromMilliseconds(100 - (2 * number)),
            Protocol = "HTTP/1.1",
            Request = new HttpMessagePart
            {
                Headers =
            [
                new(":method", method), new(":path", path), new(":authority", "shop.example"), new("content-type", "application/json"),
                new("traceparent", $"00-{TraceId}-b7ad6b7169203331-01"), new("x-request-id", "b5f8c2ba-7a8b-9f0e-8d5c-0123456789ab"),
            ],
                Body = Keep(request),
            },
            Response = status is null ? null : new HttpMessagePart
            {
                Headers = [new(":status", status.Value.ToString(CultureInfo.InvariantCulture)), new("content-type", contentType), new("date", "Sun, 01 Nov 2026 12:00:00 GMT")],
                Body = Keep(response ?? ""),
            },
            End = ExchangeEnd.Complete,
            ResponseCodeDetails = "via_upstream",
            Keys = [TraceKey.FromTraceId(TraceId)!.Value],
        };

    public BodyInfo Keep(string text) => Keep(Encoding.UTF8.GetBytes(text));

    public BodyInfo Keep(byte[] bytes)
    {
        if (bytes.Length == 0)
            return BodyInfo.Empty;
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        Bodies[sha256] = bytes;
        return new BodyInfo { SizeBytes = bytes.Length, KeptBytes = bytes.Length, Sha256 = sha256 };
    }
}
