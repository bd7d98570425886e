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
    private readonly InputCounts _counts = new(CaptureInput.AccessLog, intake, instruments);

    /// <inheritdoc/>
    public string Path => "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs";

    /// <inheritdoc/>
    public async Task Serve(HttpContext context, CaptureConnection connection, CancellationToken stopping)
    {
        var stream = new AccessLogStream(connection.Shard, NamedSource.Of(context, CaptureInput.AccessLog, sources), _counts, time);
        GrpcReadOutcome outcome = await readers.ReadInput(context, stream, _counts, stopping);
        await GrpcResponse.AnswerAndEnd(context, outcome);
    }
}
