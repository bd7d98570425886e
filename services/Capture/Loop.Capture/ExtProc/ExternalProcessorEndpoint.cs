using Loop.Capture.Core.Intake;
using Loop.Capture.Diagnostics;
using Loop.Capture.Listening;
using Loop.Capture.Sources;
using Loop.Capture.Wire;
using Loop.Contracts.Exchanges;
using Microsoft.AspNetCore.Http;

namespace Loop.Capture.ExtProc;

/// <summary>
/// <c>envoy.service.ext_proc.v3.ExternalProcessor/Process</c>: one RPC per production request. Whatever comes, it ends with OK, since any other status
/// becomes a 500 for the production request of an Envoy with <c>failure_mode_allow: false</c>; a compressed message is the one exception, no Envoy sends it.
/// </summary>
internal sealed class ExternalProcessorEndpoint(
    IExchangeIntake intake, SourceReader sources, GrpcMessageReaders readers, CaptureInstruments instruments, TimeProvider time) : IGrpcEndpoint
{
    private readonly InputCounts _counts = new(CaptureInput.ExternalProcessor, intake, instruments);

    /// <inheritdoc/>
    public string Path => "/envoy.service.ext_proc.v3.ExternalProcessor/Process";

    /// <inheritdoc/>
    public async Task Serve(HttpContext context, CaptureConnection connection, CancellationToken stopping)
    {
        var answers = new ProcessingAnswers(context.Response.BodyWriter, time);
        var stream = new ExternalProcessorStream(connection.Shard, sources.Read(context, CaptureInput.ExternalProcessor), answers, _counts, time);
        GrpcReadOutcome outcome = GrpcReadOutcome.Stopping;
        try
        {
            outcome = await readers.ReadInput(context, stream, _counts, stopping);
        }
        finally
        {
            // A stream that we end, for whatever reason, says nothing about the exchange. One that is reset before we read anything of it was lost by us: a
            // frozen process finds half-close and reset together, and Kestrel hands out none of the bytes. Otherwise the source ended it: Envoy resets
            // the stream of an exchange that broke off, with or without a half-close that we had time to see.
            bool isUnread = outcome is GrpcReadOutcome.SourceReset or GrpcReadOutcome.ConnectionLost && stream.OnReset();
            bool isSourceEnded = outcome is GrpcReadOutcome.EndOfStream or GrpcReadOutcome.SourceReset || stream.IsResponseEnded;
            stream.Close(isSourceEnded && !isUnread ? CloseReason.SourceEnded : CloseReason.CaptureEnded);
            await answers.Complete();
        }

        GrpcResponse.EndReading(context.Response, outcome);
    }
}
