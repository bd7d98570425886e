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
    /// <inheritdoc/>
    public string Path => "/envoy.service.ext_proc.v3.ExternalProcessor/Process";

    /// <inheritdoc/>
    public async Task Serve(HttpContext context, CaptureConnection connection, CancellationToken stopping)
    {
        var answers = new ProcessingAnswers(context.Response.BodyWriter, time);
        var stream = new ExternalProcessorStream(
            intake, connection.Shard, sources.Read(context, CaptureInput.ExternalProcessor), answers, instruments, time);
        GrpcReadOutcome outcome = GrpcReadOutcome.Stopping;
        try
        {
            outcome = await readers.Create(context).ReadToEnd(stream, stopping);
            if (outcome is GrpcReadOutcome.Truncated)
                stream.OnMalformed("the stream ended in the middle of a message");
        }
        finally
        {
            // A stream that we end says nothing about the exchange, nor does one that is reset without a half-close: Envoy half-closes first, so the
            // source gave the stream up, or the reset came before we had read what was sent, and Kestrel hands out none of it any more.
            bool isSourceEnded = outcome is GrpcReadOutcome.EndOfStream || stream.IsResponseEnded;
            if (outcome is GrpcReadOutcome.SourceReset)
                stream.OnReset();
            stream.Close(isSourceEnded ? CloseReason.SourceEnded : CloseReason.CaptureEnded);
            await answers.Complete();
        }

        if (outcome is GrpcReadOutcome.Compressed)
            instruments.OnRefused(RefusalReason.Compressed);
        GrpcResponse.EndReading(context.Response, outcome);
    }
}
