using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.StandIns;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

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
        Set(response.Headers, headers.Where(field => !field.Name.StartsWith(':') && !HopByHop.Contains(field.Name)));
        bool hasTrailers = trailers.Count > 0 && response.SupportsTrailers();
        if (HttpMethods.IsHead(context.Request.Method) || status is StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified)
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
        Set(response.HttpContext.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers, trailers);
    }

    // Append would leave out fields without a value.
    private static void Set(IHeaderDictionary target, IEnumerable<HeaderField> fields)
    {
        foreach (IGrouping<string, HeaderField> name in fields.GroupBy(field => field.Name, StringComparer.OrdinalIgnoreCase))
            target[name.Key] = new StringValues([.. name.Select(field => field.Value)]);
    }
}
