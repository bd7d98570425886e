using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Core.Requests;

/// <summary>Turns a recorded request into the one that is sent. Pure; every change is listed.</summary>
public static class ReplayRequestBuilder
{
    /// <summary>Builds the request.</summary>
    /// <param name="recorded">The view that is sent again; its request has a method and a path.</param>
    /// <param name="body">Kept bytes of its body.</param>
    /// <param name="ids">Fresh names.</param>
    /// <param name="supplied">Headers that a person or an allow-list entry sets, name → value.</param>
    /// <param name="bound">Headers whose tokens stand for values that the replay makes anew before this request is sent; null for none.</param>
    public static WireRequest Build(Exchange recorded, ReadOnlyMemory<byte> body, ReplayIds ids, IReadOnlyDictionary<string, string> supplied, IReadOnlySet<string>? bound = null)
    {
        HttpMessagePart request = recorded.Request ?? throw new ArgumentException("An exchange without a request cannot be replayed.", nameof(recorded));
        Draft draft = new(recorded, ids, supplied, bound);
        foreach (HeaderField field in request.Headers)
            draft.Carry(field);
        draft.Supply();
        draft.Trace(request);
        draft.Framing(request, body.Length);
        string? authority = supplied.FirstOrDefault(pair => pair.Key.Equals("host", StringComparison.OrdinalIgnoreCase)).Value ?? recorded.Authority();
        return new WireRequest
        {
            Method = recorded.Method() ?? throw new ArgumentException("The recorded request has no method.", nameof(recorded)),
            Path = draft.Path(recorded.Path() ?? throw new ArgumentException("The recorded request has no path.", nameof(recorded))),
            Authority = authority,
            UsesHttp2 = UsesHttp2(recorded),
            Headers = draft.Headers,
            Body = body,
            Adjustments = draft.Adjustments,
            DroppedCredentials = draft.DroppedCredentials,
        };
    }

    private static bool UsesHttp2(Exchange recorded) =>
        recorded.Protocol?.StartsWith("HTTP/2", StringComparison.OrdinalIgnoreCase) == true
        || recorded.Request!.Header("content-type")?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    private sealed class Draft(Exchange recorded, ReplayIds ids, IReadOnlyDictionary<string, string> supplied, IReadOnlySet<string>? bound)
    {
        private readonly HashSet<string> _suppliedNames = new(supplied.Keys, StringComparer.OrdinalIgnoreCase);
        private readonly HashSet<string> _namedByConnection = NamedByConnection(recorded.Request!);
        private string? _baggage;

        public List<HeaderField> Headers { get; } = [];

        public List<string> Adjustments { get; } = [];

        public List<string> DroppedCredentials { get; } = [];

        public void Carry(HeaderField field)
        {
            string name = field.Name.ToLowerInvariant();
            if (name.StartsWith(':') || name is "host" or "content-length" || _suppliedNames.Contains(name))
                return;
            if (bound?.Contains(name) is true)
            {
                Headers.Add(field with { Name = name });
                Adjustments.Add($"set {name}: what the replay was given in an earlier answer");
            }
            else if (HeaderTreatment.IsToken("request", name, field.Value, recorded.Redacted))
                DropToken(name);
            else if (name == "te" && field.Value.Contains("trailers", StringComparison.OrdinalIgnoreCase))
                Headers.Add(new HeaderField("te", "trailers"));
            else if (name == "baggage")
                _baggage = _baggage is null ? field.Value : $"{_baggage},{field.Value}";
            else if (HeaderTreatment.WhyDropped(name, _namedByConnection) is { } why)
                Adjustments.Add($"dropped {name}: {why}");
            else
                Headers.Add(field with { Name = name });
        }

        public void Supply()
        {
            foreach ((string name, string value) in supplied)
            {
                if (!name.Equals("host", StringComparison.OrdinalIgnoreCase))
                    Headers.Add(new HeaderField(name.ToLowerInvariant(), value));
                Adjustments.Add($"set {name.ToLowerInvariant()}: supplied");
            }
        }

        public void Trace(HttpMessagePart request)
        {
            Set("traceparent", ids.TraceParent);
            Set("x-request-id", ids.RequestId);
            Set("baggage", _baggage is null ? $"loop-replay={ids.ReplayId}" : $"{_baggage},loop-replay={ids.ReplayId}");
            // A service that passes only B3 on would lose the replay's trace below itself.
            if (request.Header("b3") is not null)
                Set("b3", $"{ids.TraceId}-{ids.SpanId}-1");
            if (request.Header("x-b3-traceid") is null)
                return;
            Set("x-b3-traceid", ids.TraceId);
            Set("x-b3-spanid", ids.SpanId);
            Set("x-b3-sampled", "1");
        }

        public void Framing(HttpMessagePart request, int bodyLength)
        {
            if (request.Trailers.Count > 0)
                Adjustments.Add($"dropped trailers {string.Join(", ", request.Trailers.Select(trailer => trailer.Name))}: this sender has no request trailers");
            if (request.Header("transfer-encoding") is not null || (request.Header("content-length") is null && bodyLength > 0))
                Adjustments.Add($"framing: body of {bodyLength} bytes sent with its length");
        }

        // RFC 9112 §3.2 allows visible ASCII alone; some clients send raw bytes, which the HTTP stack refuses.
        public string Path(string recorded)
        {
            if (recorded.All(symbol => symbol is > ' ' and < '\x7f'))
                return recorded;
            Adjustments.Add("path: bytes outside visible ASCII are percent-encoded");
            return string.Concat(recorded.Select(symbol => symbol is > ' ' and < '\x7f' ? symbol.ToString() : $"%{(int)symbol:X2}"));
        }

        private void Set(string name, string value)
        {
            // The replay's own names win over supplied ones: without them its traffic would be recorded as production.
            Headers.RemoveAll(field => field.Name == name);
            Headers.Add(new HeaderField(name, value));
            Adjustments.Add($"set {name}: fresh");
        }

        private void DropToken(string name)
        {
            if (DroppedCredentials.Contains(name))
                return;
            DroppedCredentials.Add(name);
            Adjustments.Add($"dropped {name}: its value is a redaction token; supply one with --header or in the destination's allow-list entry");
        }

        private static HashSet<string> NamedByConnection(HttpMessagePart request) => request.Headers
            .Where(field => field.Name.Equals("connection", StringComparison.OrdinalIgnoreCase))
            .SelectMany(field => field.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }
}
