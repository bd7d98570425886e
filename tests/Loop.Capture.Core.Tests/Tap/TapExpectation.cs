using System.Text;
using Google.Protobuf;
using Loop.Capture.Core.Decoding;
using Loop.Contracts.Exchanges;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Data.Tap.V3;
using Message = Loop.Protocols.Envoy.Data.Tap.V3.HttpBufferedTrace.Types.Message;

namespace Loop.Capture.Core.Tests.Tap;

/// <summary>What an exchange must be, read from generated messages alone; and what it is, in the same form.</summary>
internal sealed class TapExpectation
{
    private readonly Direction _request = new();
    private readonly Direction _response = new();
    private string _endpoints = "";
    private bool _isInexact;

    public static TapExpectation Of(HttpBufferedTrace trace)
    {
        var expectation = new TapExpectation
        {
            _endpoints = string.Join(
                ' ',
                Text(trace.DownstreamConnection?.RemoteAddress),
                Text(trace.DownstreamConnection?.LocalAddress),
                Text(trace.UpstreamConnection?.LocalAddress),
                Text(trace.UpstreamConnection?.RemoteAddress)),
        };
        expectation.Add(expectation._request, trace.Request);
        expectation.Add(expectation._response, trace.Response);
        return expectation;
    }

    public static TapExpectation Of(IEnumerable<HttpStreamedTraceSegment> segments)
    {
        var expectation = new TapExpectation { _endpoints = "- - - -" };
        foreach (HttpStreamedTraceSegment segment in segments)
        {
            expectation._request.AddHeaders(segment.RequestHeaders?.Headers);
            expectation.AddBody(expectation._request, segment.RequestBodyChunk);
            expectation._request.AddTrailers(segment.RequestTrailers?.Headers);
            expectation._response.AddHeaders(segment.ResponseHeaders?.Headers);
            expectation.AddBody(expectation._response, segment.ResponseBodyChunk);
            expectation._response.AddTrailers(segment.ResponseTrailers?.Headers);
        }

        return expectation;
    }

    public static string Describe(CapturedExchange exchange) =>
        $"{Describe(exchange.Head.Request, exchange.RequestBody)} / {Describe(exchange.Head.Response, exchange.ResponseBody)} / "
        + string.Join(' ', exchange.Head.Endpoints.DownstreamRemote ?? "-", exchange.Head.Endpoints.DownstreamLocal ?? "-", exchange.Head.Endpoints.UpstreamLocal ?? "-", exchange.Head.Endpoints.UpstreamRemote ?? "-");

    public override string ToString() => $"{_request.Describe(_isInexact)} / {_response.Describe(_isInexact)} / {_endpoints}";

    private static string Describe(HttpMessagePart? message, ReadOnlyMemory<byte> body) => message is null
        ? "none"
        : $"[{string.Join(',', message.Headers.Select(header => $"{header.Name}={header.Value}"))}] {Convert.ToHexString(body.Span)} {message.Body.Truncated} {message.Body.Exact} "
            + $"[{string.Join(',', message.Trailers.Select(header => $"{header.Name}={header.Value}"))}]";

    private static string Text(Address? address) => address?.AddressCase switch
    {
        Address.AddressOneofCase.SocketAddress => $"{address.SocketAddress.Address}:{address.SocketAddress.PortValue}",
        Address.AddressOneofCase.Pipe => address.Pipe.Path,
        _ => "-",
    };

    private void Add(Direction direction, Message? message)
    {
        if (message is not { Headers.Count: > 0 })
            return;
        direction.AddHeaders(message.Headers);
        AddBody(direction, message.Body);
        direction.AddTrailers(message.Trailers);
    }

    private void AddBody(Direction direction, Body? body)
    {
        if (body is null)
            return;
        _isInexact |= body.AsString.Length > 0;
        direction.AddBody(body.AsString.Length > 0 ? Encoding.UTF8.GetBytes(body.AsString) : body.AsBytes.ToByteArray(), body.Truncated);
    }

    private sealed class Direction
    {
        private readonly List<string> _headers = [];
        private readonly List<string> _trailers = [];
        private readonly List<byte> _body = [];
        private bool _isPresent;
        private bool _isTruncated;

        public void AddHeaders(IEnumerable<HeaderValue>? headers) => Add(_headers, headers);

        public void AddTrailers(IEnumerable<HeaderValue>? trailers) => Add(_trailers, trailers);

        public void AddBody(byte[] bytes, bool isTruncated)
        {
            _isPresent = true;
            _isTruncated |= isTruncated;
            _body.AddRange(bytes);
        }

        public string Describe(bool isInexact) => _isPresent
            ? $"[{string.Join(',', _headers)}] {Convert.ToHexString([.. _body])} {_isTruncated} {!isInexact} [{string.Join(',', _trailers)}]"
            : "none";

        private void Add(List<string> into, IEnumerable<HeaderValue>? headers)
        {
            if (headers is null)
                return;
            _isPresent = true;
            into.AddRange(headers.Select(header => $"{header.Key}={Encoding.Latin1.GetString(header.RawValue.IsEmpty ? Encoding.UTF8.GetBytes(header.Value) : header.RawValue.ToByteArray())}"));
        }
    }
}
