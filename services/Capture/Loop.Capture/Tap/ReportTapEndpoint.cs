using Loop.Capture.Core.Intake;
using Loop.Capture.Diagnostics;
using Loop.Capture.Listening;
using Loop.Contracts.Exchanges;
using Microsoft.AspNetCore.Http;

namespace Loop.Capture.Tap;

/// <summary><c>envoy.service.tap.v3.TapService/ReportTap</c>: Gloo's variant, in the same package under another name.</summary>
internal sealed class ReportTapEndpoint(TapStreamServer server, IExchangeIntake intake, CaptureInstruments instruments) : IGrpcEndpoint
{
    // TapRequest: trace_data = 1, no identifier.
    private static readonly TapStreamFields Fields = new(Identifier: 0, Trace: 1);

    private readonly InputCounts _counts = new(CaptureInput.ReportedTap, intake, instruments);

    /// <inheritdoc/>
    public string Path => "/envoy.service.tap.v3.TapService/ReportTap";

    /// <inheritdoc/>
    public Task Serve(HttpContext context, CaptureConnection connection, CancellationToken stopping) =>
        server.Serve(context, connection, _counts, Fields, stopping);
}
