using Microsoft.AspNetCore.Http;

namespace Loop.Capture.Listening;

/// <summary>One gRPC method of the capture port.</summary>
internal interface IGrpcEndpoint
{
    /// <summary><c>/package.Service/Method</c>.</summary>
    string Path { get; }

    /// <summary>Serves one RPC to its end; the response has its content type already.</summary>
    /// <param name="context">The request.</param>
    /// <param name="connection">What all RPCs of the connection share.</param>
    /// <param name="stopping">Fires when the process stops: RPCs last as long as production requests and must be ended then.</param>
    Task Serve(HttpContext context, CaptureConnection connection, CancellationToken stopping);
}
