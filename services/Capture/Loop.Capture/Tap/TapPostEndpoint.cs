using System.Buffers;
using System.IO.Pipelines;
using Loop.Capture.Core.Decoding;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Tap;
using Loop.Capture.Diagnostics;
using Loop.Capture.Listening;
using Loop.Capture.Sources;
using Loop.Contracts.Exchanges;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Loop.Capture.Tap;

/// <summary>
/// Gloo's HTTP sink: a POST or PUT to any path, its body a binary <c>TapRequest</c>, its answer an empty 200. Browsers are refused: a page must not be able
/// to write into the recording of a laptop.
/// </summary>
internal sealed class TapPostEndpoint(
    IExchangeIntake intake, SourceReader sources, CaptureInstruments instruments, IOptions<CaptureOptions> options, TimeProvider time)
{
    private const int TraceField = 1;
    private readonly long _maximumBytes = options.Value.MaximumMessageBytes;
    private readonly InputCounts _counts = new(CaptureInput.ReportedTap, intake, instruments);

    /// <summary>Serves one request of the listener for taps.</summary>
    public async Task Serve(HttpContext context, CaptureConnection connection)
    {
        HttpRequest request = context.Request;
        if (request.Headers.Origin.Count > 0 || request.Headers.ContainsKey("sec-fetch-site"))
        {
            _counts.Refused(RefusalReason.ForeignOrigin);
            await Answer(context, StatusCodes.Status403Forbidden, "This port takes taps from proxies, not from pages.");
        }
        else if (!HttpMethods.IsPost(request.Method) && !HttpMethods.IsPut(request.Method))
        {
            _counts.Refused(RefusalReason.UnknownMethod);
            await Answer(context, StatusCodes.Status405MethodNotAllowed, "POST a binary envoy.service.tap.v3.TapRequest.");
        }
        else
        {
            await Take(context, connection);
        }
    }

    private async Task Take(HttpContext context, CaptureConnection connection)
    {
        // Said before the first byte: reading would be refused by the server's own limit, as a fault of ours.
        if (context.Request.ContentLength > _maximumBytes)
        {
            await RefuseOversized(context);
            return;
        }

        PipeReader body = context.Request.BodyReader;
        while (true)
        {
            ReadResult result = await body.ReadAsync(context.RequestAborted);
            if (result.Buffer.Length > _maximumBytes)
            {
                body.AdvanceTo(result.Buffer.End);
                await RefuseOversized(context);
                return;
            }

            if (result.IsCompleted)
            {
                string? fault = Feed(context, connection, result.Buffer);
                body.AdvanceTo(result.Buffer.End);
                if (fault is not null)
                    await Answer(context, StatusCodes.Status400BadRequest, fault);
                return;
            }

            body.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private Task RefuseOversized(HttpContext context)
    {
        _counts.Refused(RefusalReason.Oversized);
        return Answer(context, StatusCodes.Status413PayloadTooLarge, $"A tap has at most {_maximumBytes} bytes here.");
    }

    private string? Feed(HttpContext context, CaptureConnection connection, in ReadOnlySequence<byte> bytes)
    {
        ReadOnlySequence<byte> trace = default;
        var walker = new ProtobufWalker(bytes);
        while (walker.Next())
        {
            if (walker.Field == TraceField && walker.IsBytes)
                trace = walker.Bytes;
        }

        // Only whole exchanges: segments of one trace would come as separate requests, on connections that nothing joins.
        using var feeder = new TapTraceFeeder(connection.Shard, sources.Read(context, CaptureInput.ReportedTap), maxOpen: 0);
        TapFeedResult result = walker.IsMalformed ? TapFeedResult.Malformed : feeder.Feed(trace, time.GetUtcNow());
        if (result is TapFeedResult.Malformed)
        {
            _counts.Malformed("a posted tap cannot be decoded");
            return "The body is not a binary envoy.service.tap.v3.TapRequest.";
        }

        if (result is TapFeedResult.Ignored or TapFeedResult.NoTrace)
            _counts.Unsupported();
        else
            _counts.Received();
        return null;
    }

    private static Task Answer(HttpContext context, int status, string words)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(words + "\n");
    }
}
