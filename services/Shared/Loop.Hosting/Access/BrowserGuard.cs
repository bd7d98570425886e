using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Loop.Hosting.Access;

/// <summary>
/// Guards the HTTP listener. A browser on the same machine is not trusted: any page it shows can send requests to loopback, and a rebound DNS name can read the
/// answers. So a foreign Host is refused (421), a foreign Origin or fetch site too (403), a change must be JSON (415: a form cannot send that cross-site
/// without a preflight, and no CORS is ever granted). Where a token is configured, it is asked for first (401).
/// </summary>
public sealed class BrowserGuard(RequestDelegate next, IOptions<ApiAccessOptions> options)
{
    private static readonly string[] LocalNames = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>Runs for every request of the HTTP listener.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Refusal? refusal = Check(context);
        return refusal is null ? next(context) : Refuse(context, refusal);
    }

    private Refusal? Check(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (!IsOurHost(context))
            return new(StatusCodes.Status421MisdirectedRequest, "Unknown host", $"The Host header '{request.Host}' is not a name of this listener. Use 127.0.0.1, localhost or [::1] with port {context.Connection.LocalPort}.");
        if (IsForeign(context))
            return new(StatusCodes.Status403Forbidden, "Foreign page", "A page of another origin may not use this API.");
        if (options.Value.Token is { Length: > 0 } token && !IsHealth(request.Path) && !BearerToken.IsIn(request, token))
            return new(StatusCodes.Status401Unauthorized, "Token needed", "Send 'authorization: Bearer TOKEN' with the token of this server (loopctl: LOOP_TOKEN or --token).");
        if (IsChange(request.Method) && !IsJson(request.ContentType))
            return new(StatusCodes.Status415UnsupportedMediaType, "JSON needed", "A request that changes something needs 'content-type: application/json'.");
        return null;
    }

    private bool IsOurHost(HttpContext context)
    {
        HostString host = context.Request.Host;
        bool local = LocalNames.Contains(host.Host, StringComparer.OrdinalIgnoreCase) && (host.Port ?? 80) == context.Connection.LocalPort;
        return local || (options.Value.Token is { Length: > 0 } && IsAllowed(host, context));
    }

    private bool IsAllowed(HostString host, HttpContext context) =>
        options.Value.AllowedHosts.Contains(host.Value ?? "", StringComparer.OrdinalIgnoreCase)
        || (host.Host == Written(context.Connection.LocalIpAddress) && (host.Port ?? 80) == context.Connection.LocalPort);

    // As a Host header spells it: IPv6 in brackets, and an IPv4 client of a listener for both as IPv4.
    private static string? Written(IPAddress? address) => address switch
    {
        null => null,
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => $"[{address}]",
        _ => address.ToString(),
    };

    private static bool IsJson(string? contentType) => MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type) && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);

    private static bool IsForeign(HttpContext context)
    {
        string? origin = context.Request.Headers[HeaderNames.Origin];
        string? site = context.Request.Headers["Sec-Fetch-Site"];
        bool foreignOrigin = origin is not null && !string.Equals(origin, $"{context.Request.Scheme}://{context.Request.Host}", StringComparison.OrdinalIgnoreCase);
        return foreignOrigin || site is not (null or "same-origin" or "none");
    }

    private static bool IsHealth(PathString path) => path.StartsWithSegments("/healthz", StringComparison.Ordinal);

    private static bool IsChange(string method) => !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method);

    private static Task Refuse(HttpContext context, Refusal refusal)
    {
        if (refusal.Status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        return Results.Problem(refusal.Detail, statusCode: refusal.Status, title: refusal.Title).ExecuteAsync(context);
    }

    private sealed record Refusal(int Status, string Title, string Detail);
}
