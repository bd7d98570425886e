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
}
