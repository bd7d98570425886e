using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.StandIns;
using Microsoft.AspNetCore.Http;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Writes an answer to a live service: status, headers, body and trailers; one that broke off breaks off again at the same byte.</summary>
internal static class PlayedAnswer
{
    // Framing of the connection that the answer came from (RFC 9110 §7.6.1); Kestrel frames anew.
    private static readonly HashSet<string> HopByHop = new(StringComparer.OrdinalIgnoreCase)
    {
        "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    };

    public static async Task Write(
        HttpContext context, int status, IReadOnlyList<HeaderField> headers, ReadOnlyMemory<byte> body, IReadOnlyList<HeaderField> trailers, bool breaksOff, ServedCall served)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status;
        foreach (HeaderField field in headers.Where(field => !field.Name.StartsWith(':') && !HopByHop.Contains(field.Name)))
            response.Headers.Append(field.Name, field.Value);
        bool hasTrailers = trailers.Count > 0 && response.SupportsTrailers();
        if (HttpMethods.IsHead(context.Request.Method) || status is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified)
        {
            await response.StartAsync(context.RequestAborted);
        }
        else
        {
            // A body that breaks off keeps the length that it promised; one that trailers follow is chunked.
            if (!breaksOff)
                response.ContentLength = hasTrailers ? null : body.Length;
            await response.Body.WriteAsync(body, context.RequestAborted);
        }

        if (breaksOff)
        {
            await response.Body.FlushAsync(context.RequestAborted);
            // An abort would overtake the bytes. After an exception Kestrel sends them, then hangs up (HTTP/1.1) or resets the stream (HTTP/2), as Envoy does.
            throw new BrokeOffAsRecordedException(served);
        }

        if (!hasTrailers)
            return;
        foreach (HeaderField trailer in trailers)
            response.AppendTrailer(trailer.Name, trailer.Value);
    }
}
