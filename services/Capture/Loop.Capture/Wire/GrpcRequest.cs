using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Loop.Capture.Wire;

/// <summary>What tells a gRPC request from any other.</summary>
internal static class GrpcRequest
{
    /// <summary>Content type of requests and responses.</summary>
    public const string ContentType = "application/grpc";

    /// <summary><c>application/grpc</c>, alone or with <c>+proto</c> or parameters; never grpc-web, whose framing has trailers in the body.</summary>
    public static bool IsGrpc(HttpRequest request) =>
        request.ContentType is { } type
        && type.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (type.Length == ContentType.Length || type[ContentType.Length] is '+' or ';');

    /// <summary>A side stream lasts as long as its production request: neither its size nor its rate says that something is wrong.</summary>
    public static void LiftLimits(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }
}
