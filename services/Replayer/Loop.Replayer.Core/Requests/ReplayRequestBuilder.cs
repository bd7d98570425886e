using System.Globalization;
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
    /// <param name="isDirect">True when no proxy is before the service: then it is told what the recorded one told it.</param>
    public static WireRequest Build(
        Exchange recorded, ReadOnlyMemory<byte> body, ReplayIds ids, IReadOnlyDictionary<string, string> supplied, IReadOnlySet<string>? bound = null, bool isDirect = false)
    {
        HttpMessagePart request = recorded.Request ?? throw new ArgumentException("An exchange without a request cannot be replayed.", nameof(recorded));
        Draft draft = new(recorded, ids, supplied, bound, isDirect);
        foreach (HeaderField field in request.Headers)
            draft.Carry(field, body.Length);
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
            Trailers = draft.Trailers,
            Body = body,
            Adjustments = draft.Adjustments,
            DroppedCredentials = draft.DroppedCredentials,
        };
    }

    private static bool UsesHttp2(Exchange recorded) =>
        recorded.Protocol?.StartsWith("HTTP/2", StringComparison.OrdinalIgnoreCase) == true
        || recorded.Request!.Header("content-type")?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    private sealed class Draft(Exchange recorded, ReplayIds ids, IReadOnlyDictionary<string, string> supplied, IReadOnlySet<string>? bound, bool isDirect)
    {
        private readonly HashSet<string> _suppliedNames = new(supplied.Keys, StringComparer.OrdinalIgnoreCase);
        private readonly HashSet<string> _namedByConnection = NamedByConnection(recorded.Request!);
        private readonly bool _usesHttp2 = ReplayRequestBuilder.UsesHttp2(recorded);
        private readonly bool _isChunked = recorded.Request!.Header("transfer-encoding")?.Equals("chunked", StringComparison.OrdinalIgnoreCase) is true;
        private string? _baggage;

        public List<HeaderField> Headers { get; } = [];

        public IReadOnlyList<HeaderField> Trailers { get; private set; } = [];

        public List<string> Adjustments { get; } = [];

        public List<string> DroppedCredentials { get; } = [];

        public void Carry(HeaderField field, int bodyLength)
        {
            string name = field.Name.ToLowerInvariant();
            if (name.StartsWith(':') || name is "host" || _suppliedNames.Contains(name))
                return;
            // Framing keeps its place; HTTP/2 has its own.
            if (name is "content-length")
            {
                if (!_usesHttp2 && !_isChunked && !Headers.Exists(static one => one.Name == "content-length"))
                    Headers.Add(new HeaderField(name, bodyLength.ToString(CultureInfo.InvariantCulture)));
                return;
            }

            if (name is "transfer-encoding" && _isChunked && !_usesHttp2)
            {
                Headers.Add(field with { Name = name });
                return;
            }

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
                Baggage(field);
            else if (IsRenewed(name))
                Headers.Add(field with { Name = name });
            else if (HeaderTreatment.WhyDropped(name, _namedByConnection, isDirect) is { } why)
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
                Carry(request.Trailers);
            if (!_usesHttp2 && (_isChunked || Trailers.Count > 0))
                Adjustments.Add($"framing: body of {bodyLength} bytes sent in chunks of our own: those of the recording are not known");
            else if (request.Header("transfer-encoding") is not null || (request.Header("content-length") is null && bodyLength > 0))
                Adjustments.Add($"framing: body of {bodyLength} bytes sent with its length");
        }

        private void Carry(IReadOnlyList<HeaderField> trailers)
        {
            string names = string.Join(", ", trailers.Select(trailer => trailer.Name));
            if (_usesHttp2)
                Adjustments.Add($"dropped trailers {names}: this sender has no request trailers in HTTP/2");
            else if (!_isChunked && Headers.Exists(static one => one.Name == "content-length"))
                Adjustments.Add($"dropped trailers {names}: the body is sent with its length");
            else
                Trailers = [.. trailers.Where(trailer => !IsDropped(trailer))];
        }

        private bool IsDropped(HeaderField trailer)
        {
            if (!HeaderTreatment.IsToken("request", trailer.Name, trailer.Value, recorded.Redacted))
                return false;
            DroppedCredentials.Add(trailer.Name);
            Adjustments.Add($"dropped trailer {trailer.Name}: its value is a redaction token");
            return true;
        }

        // RFC 9112 §3.2 allows visible ASCII alone; some clients send raw bytes. The library that speaks HTTP/2 refuses them; in HTTP/1.1 only those would be misread
        // that end a target.
        public string Path(string path)
        {
            if (path.All(IsSent))
                return path;
            Adjustments.Add(_usesHttp2 ? "path: bytes outside visible ASCII are percent-encoded" : "path: white space and control bytes are percent-encoded");
            return string.Concat(path.Select(symbol => IsSent(symbol) ? symbol.ToString() : $"%{(int)symbol:X2}"));
        }

        private bool IsSent(char symbol) => symbol is > ' ' and < '\x7f' || (symbol > '\x7f' && !_usesHttp2);

        // One field, where the first stood.
        private void Baggage(HeaderField field)
        {
            if (_baggage is null)
                Headers.Add(field with { Name = "baggage" });
            _baggage = _baggage is null ? field.Value : $"{_baggage},{field.Value}";
        }

        // Trace sets these, where they stand.
        private bool IsRenewed(string name) =>
            name is "traceparent" or "x-request-id" or "b3" || (name is "x-b3-traceid" or "x-b3-spanid" or "x-b3-sampled" && recorded.Request!.Header("x-b3-traceid") is not null);

        private void Set(string name, string value)
        {
            // The replay's own names win over supplied ones: without them its traffic would be recorded as production.
            int place = Headers.FindIndex(field => field.Name == name);
            Headers.RemoveAll(field => field.Name == name);
            Headers.Insert(place < 0 ? Headers.Count : place, new HeaderField(name, value));
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
