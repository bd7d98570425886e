using System.Globalization;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.StandIns;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Plays a recorded answer to a live service.</summary>
internal static class RecordedAnswer
{
    /// <summary>Names an answer that Loop made; no recording has it.</summary>
    public const string MissHeader = "x-loop-miss";

    // Framing of the recorded connection (RFC 9110 §7.6.1); Kestrel frames anew.
    private static readonly HashSet<string> HopByHop = new(StringComparer.OrdinalIgnoreCase)
    {
        "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    };

    /// <summary>Status, headers, body and trailers as recorded; what broke off when it was recorded breaks off again at the same byte.</summary>
    public static async Task Play(HttpContext context, RecordedCall call)
    {
        if (call.Answer is not { } answer || !int.TryParse(answer.Part.Header(":status"), NumberStyles.None, CultureInfo.InvariantCulture, out int status))
        {
            context.Abort();
            return;
        }

        HttpResponse response = context.Response;
        response.StatusCode = status;
        foreach (HeaderField field in answer.Part.Headers.Where(field => !field.Name.StartsWith(':') && !HopByHop.Contains(field.Name)))
            response.Headers.Append(field.Name, field.Value);
        bool breaksOff = call.End is ExchangeEnd.BrokenOff;
        bool hasTrailers = answer.Part.Trailers.Count > 0 && response.SupportsTrailers();
        if (HttpMethods.IsHead(context.Request.Method) || status is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified)
        {
            await response.StartAsync(context.RequestAborted);
        }
        else
        {
            // A body that breaks off keeps the length that it promised; one that trailers follow is chunked.
            if (!breaksOff)
                response.ContentLength = hasTrailers ? null : answer.Body.Length;
            await response.Body.WriteAsync(answer.Body, context.RequestAborted);
        }

        if (breaksOff)
        {
            await response.Body.FlushAsync(context.RequestAborted);
            // An abort would overtake the bytes. After an exception Kestrel sends them, then hangs up (HTTP/1.1) or resets the stream (HTTP/2), as Envoy does.
            throw new BrokeOffAsRecordedException();
        }
        else if (hasTrailers)
        {
            foreach (HeaderField trailer in answer.Part.Trailers)
                response.AppendTrailer(trailer.Name, trailer.Value);
        }
    }

    /// <summary>Says loudly that the recording has no answer.</summary>
    public static Task Refuse(HttpContext context, string why)
    {
        context.Response.StatusCode = StatusCodes.Status502BadGateway;
        context.Response.Headers[MissHeader] = "1";
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync($"Loop has no recorded answer to this call: {why}.\n", context.RequestAborted);
    }
}
