using System.Globalization;
using System.Text;
using Google.Protobuf;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Data.Accesslog.V3;

namespace Loop.Capture.Core.Decoding;

/// <summary>An access-log entry as an exchange without bodies: what was logged, and headers made of what the log holds in fields of its own.</summary>
internal static class AccessLogDecoder
{
    // By number of envoy.config.core.v3.RequestMethod; 0 stands for a method that Envoy has no number for.
    private static readonly string?[] Methods = [null, "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    private static readonly string?[] Protocols = [null, "HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3"];

    /// <exception cref="InvalidDataException">The part is not an entry.</exception>
    public static CapturedExchange Decode(RecordFacts facts, in RecordedPart part)
    {
        HTTPAccessLogEntry entry;
        // The parser throws InvalidOperationException, too, for a damaged tag of an unknown field.
        try
        {
            entry = HTTPAccessLogEntry.Parser.ParseFrom(part.Payload);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidOperationException)
        {
            throw new InvalidDataException("A part that should be an access-log entry is not one.", exception);
        }

        return new CapturedExchange(Assemble(facts, entry), ReadOnlyMemory<byte>.Empty, ReadOnlyMemory<byte>.Empty);
    }

    private static Exchange Assemble(RecordFacts facts, HTTPAccessLogEntry entry)
    {
        AccessLogCommon common = entry.CommonProperties ?? new AccessLogCommon();
        HTTPResponseProperties logged = entry.Response ?? new HTTPResponseProperties();
        IReadOnlyList<string> flags = common.ResponseFlags is null ? [] : ResponseFlagNames.FromBits(ResponseFlagNames.ToBits(common.ResponseFlags));
        int status = logged.ResponseCode is <= 999 ? (int)logged.ResponseCode : 0;
        AccessLogOutcome outcome = AccessLogOutcome.Of(entry.Request?.RequestMethod ?? 0, status, flags, logged.ResponseCodeDetails);
        DateTimeOffset startedAt = Rfc3339.From(common.StartTime) ?? facts.FirstArrivalAt;
        HttpMessagePart? request = RequestOf(entry.Request, startedAt);
        var keys = new List<TraceKey>();
        TraceContext.AddKeys(keys, request?.Headers ?? []);
        return new Exchange
        {
            Id = facts.Id,
            Input = CaptureInput.AccessLog,
            View = facts.Source.View,
            Service = facts.Source.Service,
            Namespace = facts.Source.Namespace,
            Instance = facts.Source.Instance,
            StartedAt = startedAt,
            Duration = outcome.End is ExchangeEnd.BrokenOff ? null : Rfc3339.From(common.Duration) ?? Rfc3339.From(common.TimeToLastDownstreamTxByte),
            Protocol = (int)entry.ProtocolVersion < Protocols.Length && entry.ProtocolVersion > 0 ? Protocols[(int)entry.ProtocolVersion] : null,
            Request = request,
            Response = status == 0 ? null : ResponseOf(logged, status, startedAt, common),
            End = outcome.End,
            BrokenOffBy = outcome.BrokenOffBy,
            Endpoints = new ExchangeEndpoints(
                AddressText.Of(common.DownstreamRemoteAddress) ?? AddressText.Of(common.DownstreamDirectRemoteAddress),
                AddressText.Of(common.DownstreamLocalAddress),
                AddressText.Of(common.UpstreamLocalAddress),
                AddressText.Of(common.UpstreamRemoteAddress)),
            ResponseFlags = flags,
            ResponseCodeDetails = logged.ResponseCodeDetails.Length > 0 ? logged.ResponseCodeDetails : null,
            AttemptCount = ExchangeDecoder.AttemptsOf(
                facts.Source.View == ExchangeView.Server, request, common.UpstreamRequestAttemptCount > 0 ? common.UpstreamRequestAttemptCount : null),
            // The log is written when the exchange is over: it shows the context that was sent upstream (seen on Envoy 1.40).
            OutgoingSpanId = TraceContext.SpanOf(request),
            Keys = keys,
        };
    }

    private static HttpMessagePart? RequestOf(HTTPRequestProperties? logged, DateTimeOffset startedAt)
    {
        // The connection manager logs an empty message for a request that it could not read.
        if (logged is null || (logged.Path.Length == 0 && logged.Authority.Length == 0 && logged.RequestMethod == 0 && logged.RequestHeaders.Count == 0))
            return null;
        var headers = new List<HeaderField>();
        Add(headers, ":method", logged.RequestMethod > 0 && logged.RequestMethod < Methods.Length ? Methods[logged.RequestMethod] : null);
        Add(headers, ":path", logged.Path);
        Add(headers, ":authority", logged.Authority);
        Add(headers, ":scheme", logged.Scheme);
        Add(headers, "user-agent", logged.UserAgent);
        Add(headers, "referer", logged.Referer);
        Add(headers, "x-forwarded-for", logged.ForwardedFor);
        Add(headers, "x-request-id", logged.RequestId);
        Add(headers, "x-envoy-original-path", logged.OriginalPath);
        AddMap(headers, logged.RequestHeaders);
        return new HttpMessagePart { Headers = headers, Body = BodyOf(logged.RequestBodyBytes), HeadersAt = startedAt };
    }

    private static HttpMessagePart ResponseOf(HTTPResponseProperties logged, int status, DateTimeOffset startedAt, AccessLogCommon common)
    {
        var headers = new List<HeaderField> { new(":status", status.ToString(CultureInfo.InvariantCulture)) };
        AddMap(headers, logged.ResponseHeaders);
        var trailers = new List<HeaderField>();
        AddMap(trailers, logged.ResponseTrailers);
        TimeSpan? toHeaders = Rfc3339.From(common.TimeToFirstUpstreamRxByte) ?? Rfc3339.From(common.TimeToFirstDownstreamTxByte);
        return new HttpMessagePart { Headers = headers, Trailers = trailers, Body = BodyOf(logged.ResponseBodyBytes), HeadersAt = startedAt + toHeaders };
    }

    private static BodyInfo BodyOf(ulong size) =>
        size == 0 ? BodyInfo.Empty : new BodyInfo { SizeBytes = (long)Math.Min(size, long.MaxValue), Truncated = true };

    // The map has no order of its own: sorted, the same entry always gives the same exchange.
    private static void AddMap(List<HeaderField> headers, IDictionary<string, string> logged)
    {
        foreach ((string name, string value) in logged.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            string lowerCase = name.ToLowerInvariant();
            if (!headers.Any(header => header.Name == lowerCase))
                headers.Add(new HeaderField(lowerCase, Bytes(value)));
        }
    }

    private static void Add(List<HeaderField> headers, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            headers.Add(new HeaderField(name, Bytes(value)));
    }

    private static string Bytes(string text) => Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
