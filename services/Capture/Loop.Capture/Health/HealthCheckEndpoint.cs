using System.Buffers;
using Loop.Capture.Listening;
using Loop.Capture.Wire;
using Microsoft.AspNetCore.Http;

namespace Loop.Capture.Health;

/// <summary><c>grpc.health.v1.Health/Check</c>, what Envoy's <c>grpc_health_check</c> calls (https://github.com/grpc/grpc/blob/master/doc/health-checking.md).</summary>
internal sealed class HealthCheckEndpoint(CaptureHealth health, GrpcMessageReaders readers) : IGrpcEndpoint
{
    /// <inheritdoc/>
    public string Path => "/grpc.health.v1.Health/Check";

    /// <inheritdoc/>
    public async Task Serve(HttpContext context, CaptureConnection connection, CancellationToken stopping)
    {
        HealthRequest request = await HealthRequest.Read(readers.Create(context), context.RequestAborted);
        if (request.Outcome is HealthRequestOutcome.Damaged)
        {
            GrpcResponse.End(context.Response, GrpcStatus.InvalidArgument, "Not a HealthCheckRequest.");
            return;
        }

        if (request.Outcome is HealthRequestOutcome.UnknownService)
        {
            GrpcResponse.End(context.Response, GrpcStatus.NotFound, "Loop does not know this service.");
            return;
        }

        GrpcResponse.Write(context.Response.BodyWriter, HealthAnswer.Of(health.IsServing() ? ServingStatus.Serving : ServingStatus.NotServing));
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        GrpcResponse.End(context.Response, GrpcStatus.Ok);
    }
}
