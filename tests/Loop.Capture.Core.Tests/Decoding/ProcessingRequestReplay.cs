using System.Buffers;
using Google.Protobuf;
using Loop.Capture.Core.Intake;
using Loop.Protocols.Envoy.Service.ExtProc.V3;

namespace Loop.Capture.Core.Tests.Decoding;

/// <summary>Plays the messages of one ext_proc stream into an exchange, as the server does.</summary>
internal static class ProcessingRequestReplay
{
    public static ReplayedExchange Of(string scenario, string? traceParent = null)
    {
        var shard = new ReplayedShard();
        var exchange = (ReplayedExchange)shard.Begin(ReplayedShard.Source(traceParent: traceParent), ReplayedShard.At)!;
        foreach (ProcessingRequest message in Fixtures.Delimited($"ext_proc/{scenario}.pb_length_delimited", ProcessingRequest.Parser))
            Play(message, exchange);
        exchange.Close(CloseReason.SourceEnded, ReplayedShard.At);
        return exchange;
    }

    private static void Play(ProcessingRequest message, ReplayedExchange exchange)
    {
        DateTimeOffset at = ReplayedShard.At;
        MessageDirection direction = message.RequestCase is ProcessingRequest.RequestOneofCase.RequestHeaders
            or ProcessingRequest.RequestOneofCase.RequestBody or ProcessingRequest.RequestOneofCase.RequestTrailers
            ? MessageDirection.Request
            : MessageDirection.Response;
        if (message.Attributes.TryGetValue("envoy.filters.http.ext_proc", out Google.Protobuf.WellKnownTypes.Struct? attributes))
            exchange.Attributes(direction, Bytes(attributes));
        if ((message.RequestHeaders ?? message.ResponseHeaders) is { } headers)
            exchange.Headers(direction, Bytes(headers.Headers), headers.EndOfStream, at);
        else if ((message.RequestBody ?? message.ResponseBody) is { } body)
            exchange.Body(direction, new ReadOnlySequence<byte>(body.Body.Memory), body.EndOfStream, truncated: false, at);
        else if ((message.RequestTrailers ?? message.ResponseTrailers) is { } trailers)
            exchange.Trailers(direction, Bytes(trailers.Trailers), at);
    }

    private static ReadOnlySequence<byte> Bytes(IMessage message) => new(message.ToByteArray());
}
