using Loop.Capture.Core.Intake;
using Loop.Capture.Diagnostics;
using Loop.Capture.Listening;
using Loop.Capture.Sources;
using Loop.Capture.Wire;
using Loop.Contracts.Exchanges;
using Microsoft.AspNetCore.Http;

namespace Loop.Capture.AccessLog;

/// <summary><c>envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs</c>: Envoy holds one open per worker and expects no answer.</summary>
internal sealed class AccessLogEndpoint(
    IExchangeIntake intake, SourceReader sources, GrpcMessageReaders readers, CaptureInstruments instruments, TimeProvider time) : IGrpcEndpoint
{
    /// <inheritdoc/>
    public string Path => "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs";

    /// <inheritdoc/>
    public async Task Serve(HttpContext context, CaptureConnection connection, CancellationToken stopping)
    {
        NamedSource source = NamedSource.Of(context, CaptureInput.AccessLog, sources);
        var stream = new AccessLogStream(intake, connection.Shard, source, instruments, time);
        GrpcReadOutcome outcome = await readers.Create(context).ReadToEnd(stream, stopping);
        if (outcome is GrpcReadOutcome.Truncated)
            stream.OnMalformed("the stream ended in the middle of a message");
        if (outcome is GrpcReadOutcome.Compressed)
            instruments.OnRefused(RefusalReason.Compressed);
        if (outcome is GrpcReadOutcome.EndOfStream or GrpcReadOutcome.Truncated)
            await GrpcResponse.SendEmpty(context);
        GrpcResponse.EndReading(context.Response, outcome);
    }
}
