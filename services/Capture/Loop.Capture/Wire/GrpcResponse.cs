using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Loop.Capture.Wire;

/// <summary>Writes gRPC answers by hand: content type, framed messages, trailers.</summary>
internal static class GrpcResponse
{
    /// <summary>Bytes in front of every message.</summary>
    public const int PrefixBytes = 5;

    /// <summary>What every gRPC response says in its headers, also a failing one.</summary>
    public static void Begin(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = GrpcRequest.ContentType;
    }

    /// <summary>Ends the RPC. <paramref name="message"/> is ours, in printable ASCII, so that it needs no percent-encoding.</summary>
    public static void End(HttpResponse response, GrpcStatus status, string? message = null)
    {
        response.AppendTrailer("grpc-status", ((int)status).ToString());
        if (message is not null)
            response.AppendTrailer("grpc-message", message.Replace("%", "%25", StringComparison.Ordinal));
    }

    /// <summary>Answers a client-streaming method, whose one answer is a message without fields, and ends it.</summary>
    public static async ValueTask AnswerAndEnd(HttpContext context, GrpcReadOutcome outcome)
    {
        if (outcome is GrpcReadOutcome.EndOfStream or GrpcReadOutcome.Truncated)
        {
            Write(context.Response.BodyWriter, []);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }

        EndReading(context.Response, outcome);
    }

    /// <summary>Ends an RPC whose request was read: OK, unless a message was compressed.</summary>
    public static void EndReading(HttpResponse response, GrpcReadOutcome outcome)
    {
        if (outcome is GrpcReadOutcome.Compressed)
            End(response, GrpcStatus.Unimplemented, "Loop accepts identity encoding only.");
        else
            End(response, GrpcStatus.Ok);
    }

    /// <summary>Puts one message into the response without flushing it.</summary>
    public static void Write(PipeWriter writer, ReadOnlySpan<byte> message)
    {
        Span<byte> target = writer.GetSpan(PrefixBytes + message.Length);
        target[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(target[1..], (uint)message.Length);
        message.CopyTo(target[PrefixBytes..]);
        writer.Advance(PrefixBytes + message.Length);
    }
}

/// <summary>The statuses that capture answers with (https://grpc.github.io/grpc/core/md_doc_statuscodes.html).</summary>
internal enum GrpcStatus
{
    /// <summary>Everything else is a failure to Envoy, which with failure_mode_allow false fails the production request.</summary>
    Ok = 0,

    /// <summary>Not a message of this method.</summary>
    InvalidArgument = 3,

    /// <summary>Health of a service that is not here.</summary>
    NotFound = 5,

    /// <summary>Unknown method, or compressed.</summary>
    Unimplemented = 12,

    /// <summary>A bug of ours.</summary>
    Internal = 13,

    /// <summary>Stopping.</summary>
    Unavailable = 14,
}
