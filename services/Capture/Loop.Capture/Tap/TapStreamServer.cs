using Loop.Capture.Core.Intake;
using Loop.Capture.Diagnostics;
using Loop.Capture.Listening;
using Loop.Capture.Sources;
using Loop.Capture.Wire;
using Loop.Contracts.Exchanges;
using Microsoft.AspNetCore.Http;

namespace Loop.Capture.Tap;

/// <summary>Serves both kinds of pushed taps.</summary>
internal sealed class TapStreamServer(
    IExchangeIntake intake, SourceReader sources, GrpcMessageReaders readers, CaptureInstruments instruments, TimeProvider time)
{
    /// <summary>Reads a stream to its end and answers with the one empty message.</summary>
    public async Task Serve(HttpContext context, CaptureConnection connection, CaptureInput input, TapStreamFields fields, CancellationToken stopping)
    {
        using var stream = new TapStream(intake, connection.Shard, input, NamedSource.Of(context, input, sources), fields, instruments, time);
        GrpcReadOutcome outcome = await readers.Create(context).ReadToEnd(stream, stopping);
        if (outcome is GrpcReadOutcome.Truncated)
            stream.OnMalformed("the stream ended in the middle of a message");
        if (outcome is GrpcReadOutcome.Compressed)
            instruments.OnRefused(RefusalReason.Compressed);
        stream.Close(outcome is GrpcReadOutcome.EndOfStream or GrpcReadOutcome.SourceReset ? CloseReason.SourceEnded : CloseReason.CaptureEnded);
        if (outcome is GrpcReadOutcome.EndOfStream or GrpcReadOutcome.Truncated)
            await GrpcResponse.SendEmpty(context);
        GrpcResponse.EndReading(context.Response, outcome);
    }
}
