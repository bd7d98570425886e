using Loop.Capture.Listening;
using Loop.Capture.Wire;
using Microsoft.AspNetCore.Http;

namespace Loop.Capture.Health;

/// <summary><c>grpc.health.v1.Health/Watch</c>: the status now, then each change, until the peer ends it.</summary>
internal sealed class HealthWatchEndpoint(CaptureHealth health, GrpcMessageReaders readers, TimeProvider time) : IGrpcEndpoint
{
    // A fault ends by the clock, so the status is looked at rather than announced. Watchers are few.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public string Path => "/grpc.health.v1.Health/Watch";

    /// <inheritdoc/>
    public async Task Serve(HttpContext context, CaptureConnection connection, CancellationToken stopping)
    {
        HealthRequest request = await HealthRequest.Read(readers.Create(context), context.RequestAborted);
        if (request.Outcome is HealthRequestOutcome.Damaged)
        {
            GrpcResponse.End(context.Response, GrpcStatus.InvalidArgument, "Not a HealthCheckRequest.");
            return;
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await Announce(context, request, ends.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            await Send(context, ServingStatus.NotServing, context.RequestAborted);
            GrpcResponse.End(context.Response, GrpcStatus.Unavailable, "Loop's capture stops.");
        }
    }

    private async Task Announce(HttpContext context, HealthRequest request, CancellationToken ends)
    {
        ServingStatus? last = null;
        while (true)
        {
            ServingStatus status = request.Outcome is HealthRequestOutcome.UnknownService
                ? ServingStatus.ServiceUnknown
                : health.IsServing() ? ServingStatus.Serving : ServingStatus.NotServing;
            if (status != last)
                await Send(context, status, ends);
            last = status;
            await Task.Delay(LookInterval, time, ends);
        }
    }

    private static async Task Send(HttpContext context, ServingStatus status, CancellationToken ends)
    {
        GrpcResponse.Write(context.Response.BodyWriter, HealthAnswer.Of(status));
        await context.Response.BodyWriter.FlushAsync(ends);
    }
}
