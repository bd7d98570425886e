using Loop.Capture.Core.Intake;
using Loop.Capture.Diagnostics;
using Loop.Capture.Listening;
using Loop.Capture.Sources;
using Loop.Capture.Wire;
using Loop.Contracts.Exchanges;
using Microsoft.AspNetCore.Connections.Features;
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
            // A stream that we end, for whatever reason, says nothing about the exchange. One that is reset before we read anything of it was lost by us: a
            // frozen process finds half-close and reset together, and Kestrel hands out none of the bytes. Otherwise the source ended it: Envoy resets
            // the stream of an exchange that broke off, with or without a half-close that we had time to see.
            bool isUnread = outcome is GrpcReadOutcome.SourceReset && stream.OnReset();
            // A connection that is gone took all its streams with it (an Envoy that gave a frozen collector up): that says nothing of any of them.
            bool isConnectionLost = context.Features.Get<IConnectionLifetimeFeature>() is { ConnectionClosed.IsCancellationRequested: true };
            bool isReset = outcome is GrpcReadOutcome.SourceReset && !isConnectionLost;
            bool isSourceEnded = outcome is GrpcReadOutcome.EndOfStream || isReset || stream.IsResponseEnded;
            stream.Close(isSourceEnded && !isUnread ? CloseReason.SourceEnded : CloseReason.CaptureEnded);
            await answers.Complete();
        }

        if (outcome is GrpcReadOutcome.Compressed)
            instruments.OnRefused(RefusalReason.Compressed);
        GrpcResponse.EndReading(context.Response, outcome);
    }
}
