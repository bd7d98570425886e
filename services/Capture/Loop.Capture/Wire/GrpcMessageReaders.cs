using Loop.Capture.Diagnostics;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Loop.Capture.Wire;

/// <summary>Makes the reader of each request, with the limits that all share.</summary>
internal sealed class GrpcMessageReaders(IOptions<CaptureOptions> options)
{
    private readonly int _maximumMessageBytes = options.Value.MaximumMessageBytes;

    /// <summary>Bytes of half-arrived messages over all streams.</summary>
    public GrpcReceiveBudget Budget { get; } = new(options.Value.MaximumPendingBytes);

    /// <summary>The reader of a request's body.</summary>
    public GrpcMessageReader Create(HttpContext context) => new(context.Request.BodyReader, _maximumMessageBytes, Budget);

    /// <summary>Reads the request of an input to its end and counts what was wrong with how it ended.</summary>
    public async ValueTask<GrpcReadOutcome> ReadInput(HttpContext context, IGrpcMessageHandler handler, InputCounts counts, CancellationToken stopping)
    {
        GrpcReadOutcome outcome = await Create(context).ReadToEnd(handler, stopping);
        if (outcome is GrpcReadOutcome.Truncated)
            counts.Malformed("the stream ended in the middle of a message");
        if (outcome is GrpcReadOutcome.Compressed)
            counts.Refused(RefusalReason.Compressed);
        bool isConnectionLost = context.Features.Get<IConnectionLifetimeFeature>() is { ConnectionClosed.IsCancellationRequested: true };
        return outcome is GrpcReadOutcome.SourceReset && isConnectionLost ? GrpcReadOutcome.ConnectionLost : outcome;
    }
}
