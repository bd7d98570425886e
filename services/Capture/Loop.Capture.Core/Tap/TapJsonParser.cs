using System.Text.Json;
using Loop.Protocols.Envoy.Config.Core.V3;
using Loop.Protocols.Envoy.Data.Tap.V3;
using Message = Loop.Protocols.Envoy.Data.Tap.V3.HttpBufferedTrace.Types.Message;

namespace Loop.Capture.Core.Tap;

/// <summary>
/// One TraceWrapper of Envoy's JSON. By hand, because protobuf's parser refuses what Envoy prints: unknown fields of newer versions and strings
/// that are not UTF-8. Names may be snake_case or camelCase.
/// </summary>
internal static class TapJsonParser
{
    private static readonly JsonReaderOptions Options = new() { CommentHandling = JsonCommentHandling.Disallow };

    /// <summary>Reads one document.</summary>
    public static bool TryParse(ReadOnlySpan<byte> document, out TraceWrapper? trace, out string? error)
    {
        (trace, error) = (null, null);
        try
        {
            var reader = new Utf8JsonReader(document, Options);
            var wrapper = new TraceWrapper();
            reader.Read();
            ReadWrapper(ref reader, wrapper);
            // The whole document must be sound, not only its beginning.
            while (reader.Read())
            {
            }

            trace = wrapper;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or OverflowException)
        {
            error = $"A document is not the JSON of a trace: {exception.Message}";
        }

        return trace is not null;
    }

    private static void ReadWrapper(ref Utf8JsonReader reader, TraceWrapper wrapper)
    {
        var members = new JsonMembers(in reader);
        while (members.Next(ref reader, out string name))
        {
            if (name == "httpbufferedtrace")
                wrapper.HttpBufferedTrace = ReadBuffered(ref reader);
            else if (name == "httpstreamedtracesegment")
                wrapper.HttpStreamedTraceSegment = ReadSegment(ref reader);
            else
                reader.Skip();
        }
    }

    private static HttpBufferedTrace ReadBuffered(ref Utf8JsonReader reader)
    {
        var trace = new HttpBufferedTrace();
        var members = new JsonMembers(in reader);
        while (members.Next(ref reader, out string name))
        {
            if (name == "request")
                trace.Request = ReadMessage(ref reader);
            else if (name == "response")
                trace.Response = ReadMessage(ref reader);
            else if (name == "downstreamconnection")
                trace.DownstreamConnection = TapJsonFields.ReadConnection(ref reader);
            else if (name == "upstreamconnection")
                trace.UpstreamConnection = TapJsonFields.ReadConnection(ref reader);
            else
                reader.Skip();
        }

        return trace;
    }

    private static Message ReadMessage(ref Utf8JsonReader reader)
    {
        var message = new Message();
        var members = new JsonMembers(in reader);
        while (members.Next(ref reader, out string name))
        {
            if (name == "headers")
                TapJsonFields.ReadHeaders(ref reader, message.Headers);
            else if (name == "trailers")
                TapJsonFields.ReadHeaders(ref reader, message.Trailers);
            else if (name == "body")
                message.Body = TapJsonFields.ReadBody(ref reader);
            else if (name == "headersreceivedtime")
                message.HeadersReceivedTime = TapJsonFields.ReadTime(ref reader);
            else
                reader.Skip();
        }

        return message;
    }

    private static HttpStreamedTraceSegment ReadSegment(ref Utf8JsonReader reader)
    {
        var segment = new HttpStreamedTraceSegment();
        var members = new JsonMembers(in reader);
        while (members.Next(ref reader, out string name))
        {
            if (name == "traceid")
                segment.TraceId = TapJsonFields.ReadNumber(ref reader);
            else if (name == "requestheaders")
                segment.RequestHeaders = ReadMap(ref reader);
            else if (name == "requestbodychunk")
                segment.RequestBodyChunk = TapJsonFields.ReadBody(ref reader);
            else if (name == "requesttrailers")
                segment.RequestTrailers = ReadMap(ref reader);
            else if (name == "responseheaders")
                segment.ResponseHeaders = ReadMap(ref reader);
            else if (name == "responsebodychunk")
                segment.ResponseBodyChunk = TapJsonFields.ReadBody(ref reader);
            else if (name == "responsetrailers")
                segment.ResponseTrailers = ReadMap(ref reader);
            else
                reader.Skip();
        }

        return segment;
    }

    private static HeaderMap ReadMap(ref Utf8JsonReader reader)
    {
        var map = new HeaderMap();
        var members = new JsonMembers(in reader);
        while (members.Next(ref reader, out string name))
        {
            if (name == "headers")
                TapJsonFields.ReadHeaders(ref reader, map.Headers);
            else
                reader.Skip();
        }

        return map;
    }
}
