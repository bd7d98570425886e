using Loop.Capture.Core.Intake;
using Loop.Capture.Diagnostics;
using Loop.Capture.Listening;
using Loop.Capture.Sources;
using Loop.Capture.Wire;
using Microsoft.AspNetCore.Http;

namespace Loop.Capture.Tap;

/// <summary>Serves both kinds of pushed taps.</summary>
internal sealed class TapStreamServer(SourceReader sources, GrpcMessageReaders readers, TimeProvider time)
{
    /// <summary>Reads a stream to its end and answers with the one empty message.</summary>
    public async Task Serve(HttpContext context, CaptureConnection connection, InputCounts counts, TapStreamFields fields, CancellationToken stopping)
    {
        using var stream = new TapStream(connection.Shard, NamedSource.Of(context, counts.Input, sources), fields, counts, time);
        GrpcReadOutcome outcome = await readers.ReadInput(context, stream, counts, stopping);
        stream.Close(outcome is GrpcReadOutcome.EndOfStream or GrpcReadOutcome.SourceReset ? CloseReason.SourceEnded : CloseReason.CaptureEnded);
        await GrpcResponse.AnswerAndEnd(context, outcome);
    }
}
