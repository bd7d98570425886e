using Loop.Capture.Core.Intake;
using Loop.Capture.Diagnostics;
using Loop.Capture.Listening;
using Loop.Contracts.Exchanges;
using Microsoft.AspNetCore.Http;

namespace Loop.Capture.Tap;

/// <summary><c>envoy.service.tap.v3.TapSinkService/StreamTaps</c>. Stock Envoy aborts when it is configured to call this; forks and tests call it.</summary>
internal sealed class StreamTapsEndpoint(TapStreamServer server, IExchangeIntake intake, CaptureInstruments instruments) : IGrpcEndpoint
{
    // StreamTapsRequest: identifier = 1, trace_id = 2, trace = 3.
    private static readonly TapStreamFields Fields = new(Identifier: 1, Trace: 3);

    private readonly InputCounts _counts = new(CaptureInput.StreamedTap, intake, instruments);

    /// <inheritdoc/>
    public string Path => "/envoy.service.tap.v3.TapSinkService/StreamTaps";

    /// <inheritdoc/>
    public Task Serve(HttpContext context, CaptureConnection connection, CancellationToken stopping) =>
        server.Serve(context, connection, _counts, Fields, stopping);
}
