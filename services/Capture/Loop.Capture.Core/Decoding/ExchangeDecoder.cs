using System.Globalization;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Decoding;

/// <summary>From recorded parts to the exchange that they are. Pure: the same parts give the same exchange.</summary>
public static class ExchangeDecoder
{
    /// <summary>Decodes one record.</summary>
    /// <param name="facts">What the ring knows beside the parts.</param>
    /// <param name="parts">In the order of arrival; the bodies' bytes are copied out of them.</param>
    /// <exception cref="InvalidDataException">A part is not the message that its kind promises.</exception>
    public static CapturedExchange Decode(RecordFacts facts, IReadOnlyList<RecordedPart> parts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(parts);
        if (parts is [{ Kind: PartKind.AccessLogEntry } entry])
            return AccessLogDecoder.Decode(facts, entry);

        var request = new MessageAssembly();
        var response = new MessageAssembly();
        var attributes = new Dictionary<string, AttributeValue>(StringComparer.Ordinal);
        ExchangeEndpoints? tapped = null;
        foreach (RecordedPart part in parts)
        {
            if (part.Kind is PartKind.TapConnections)
                tapped = TapConnections.Decode(part.Payload);
            else
                Add(part, request, response, attributes);
        }

        bool tellsChunks = facts.Source.Input is CaptureInput.ExternalProcessor && !facts.Inexact;
        HttpMessagePart? requestPart = request.Build(facts.RequestBodySize, facts.RequestTruncated, !facts.Inexact);
        HttpMessagePart? responsePart = response.Build(facts.ResponseBodySize, facts.ResponseTruncated, !facts.Inexact);
        if (tellsChunks && request.Chunks is { } sent && response.Chunks is { } received && ChunkTelling.IsWorthIt(requestPart, sent, request.Body, received))
        {
            requestPart = requestPart! with { Chunks = sent.Count > 0 ? sent : null };
            responsePart = responsePart is null ? null : responsePart with { Chunks = received.Count > 0 ? received : null };
        }

        return new CapturedExchange(Assemble(facts, parts, requestPart, responsePart, attributes, tapped), request.Body, response.Body);
    }

    private static void Add(in RecordedPart part, MessageAssembly request, MessageAssembly response, Dictionary<string, AttributeValue> attributes)
    {
        switch (part.Kind)
        {
            case PartKind.RequestHeaders:
                request.AddHeaders(part);
                break;
            case PartKind.RequestBody:
                request.AddBody(part);
                break;
            case PartKind.RequestTrailers:
                request.AddTrailers(part);
                break;
            case PartKind.ResponseHeaders:
                response.AddHeaders(part);
                break;
            case PartKind.ResponseBody:
                response.AddBody(part);
                break;
            case PartKind.ResponseTrailers:
                response.AddTrailers(part);
                break;
            case PartKind.RequestAttributes or PartKind.ResponseAttributes:
                HeaderMapDecoder.AddAttributes(attributes, part.Payload);
                break;
            default:
                throw new InvalidDataException($"Part kind {part.Kind} does not belong into this record.");
        }
    }

    private static Exchange Assemble(
        RecordFacts facts,
        IReadOnlyList<RecordedPart> parts,
        HttpMessagePart? request,
        HttpMessagePart? response,
        Dictionary<string, AttributeValue> attributes,
        ExchangeEndpoints? tapped)
    {
        DateTimeOffset firstAt = parts.Count > 0 && parts[0].At < facts.FirstArrivalAt ? parts[0].At : facts.FirstArrivalAt;
        DateTimeOffset startedAt = Rfc3339.Parse(Text(attributes, "request.time")) ?? firstAt;
        ExchangeView view = ViewOf(facts.Source.View, Number(attributes, "xds.listener_direction"));
        bool isBufferedTap = tapped is not null;
        string? span = TraceContext.SpanOf(request);
        return new Exchange
        {
            Id = facts.Id,
            Input = facts.Source.Input,
            View = view,
            Service = facts.Source.Service,
            Namespace = facts.Source.Namespace,
            Instance = facts.Source.Instance,
            StartedAt = startedAt,
            Duration = DurationOf(facts, startedAt),
            Protocol = Text(attributes, "request.protocol"),
            Request = request,
            Response = response,
            End = facts.End,
            BrokenOffBy = facts.BrokenOffBy,
            Endpoints = EndpointsOf(attributes, tapped),
            ResponseFlags = ResponseFlagNames.FromBits(Number(attributes, "response.flags") ?? 0),
            ResponseCodeDetails = Text(attributes, "response.code_details"),
            AttemptCount = AttemptsOf(view is ExchangeView.Server or ExchangeView.Attempt || isBufferedTap, request, Number(attributes, "upstream.request_attempt_count")),
            // A buffered tap reads its headers when the exchange is over: what stands there is what was sent upstream.
            IncomingSpanId = isBufferedTap ? null : span,
            OutgoingSpanId = isBufferedTap ? span : null,
            Keys = KeysOf(facts, request, response, attributes),
        };
    }

    private static TimeSpan? DurationOf(RecordFacts facts, DateTimeOffset startedAt)
    {
        if (facts.EndedAt is not { } endedAt || facts.End is ExchangeEnd.BrokenOff or ExchangeEnd.Open)
            return null;
        // Start is the proxy's clock, end is ours: a skew must not make time run backwards.
        return endedAt > startedAt ? endedAt - startedAt : TimeSpan.Zero;
    }

    internal static ExchangeView ViewOf(ExchangeView declared, ulong? listenerDirection) => (declared, listenerDirection) switch
    {
        (not ExchangeView.Unknown, _) => declared,
        (_, 1) => ExchangeView.Server,
        (_, 2) => ExchangeView.Client,
        _ => ExchangeView.Unknown,
    };

    internal static int? AttemptsOf(bool headerTells, HttpMessagePart? request, ulong? counted)
    {
        if (headerTells && int.TryParse(request?.Header("x-envoy-attempt-count"), NumberStyles.None, CultureInfo.InvariantCulture, out int attempt))
            return attempt;
        return counted is <= int.MaxValue ? (int)counted : null;
    }

    private static ExchangeEndpoints EndpointsOf(Dictionary<string, AttributeValue> attributes, ExchangeEndpoints? connections)
    {
        string? downstreamRemote = AddressText.Join(Text(attributes, "source.address"), Number(attributes, "source.port"));
        string? downstreamLocal = AddressText.Join(Text(attributes, "destination.address"), Number(attributes, "destination.port"));
        return new ExchangeEndpoints(
            connections?.DownstreamRemote ?? downstreamRemote,
            connections?.DownstreamLocal ?? downstreamLocal,
            connections?.UpstreamLocal ?? AddressText.Join(Text(attributes, "upstream.local_address"), null),
            connections?.UpstreamRemote ?? AddressText.Join(Text(attributes, "upstream.address"), Number(attributes, "upstream.port")));
    }

    private static List<TraceKey> KeysOf(RecordFacts facts, HttpMessagePart? request, HttpMessagePart? response, Dictionary<string, AttributeValue> attributes)
    {
        var keys = new List<TraceKey>();
        if (request is not null)
            TraceContext.AddKeys(keys, request.Headers);
        else if (response is not null)
            TraceContext.AddKeys(keys, [.. response.Headers.Where(header => header.Name == "x-request-id")]);
        TraceContext.Add(keys, TraceKey.FromRequestId(Text(attributes, "request.id")));
        TraceContext.Add(keys, TraceKey.FromTraceParent(facts.Source.SideStreamTraceParent));
        return keys;
    }

    private static string? Text(Dictionary<string, AttributeValue> attributes, string name) =>
        attributes.TryGetValue(name, out AttributeValue value) && value.Text.Length > 0 ? value.Text : null;

    private static ulong? Number(Dictionary<string, AttributeValue> attributes, string name) =>
        attributes.TryGetValue(name, out AttributeValue value) ? value.Number : null;
}
