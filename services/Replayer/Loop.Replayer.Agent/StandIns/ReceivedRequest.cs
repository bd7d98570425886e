using System.Security.Cryptography;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Core.Comparison;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>A request of a live service, read to its end.</summary>
internal sealed record ReceivedRequest(Message Message)
{
    // What is told of a call goes through the control channel; more than this is told by size and hash.
    private const int KeptBodyBytes = 1024 * 1024;

    public static async Task<ReceivedRequest> Read(HttpContext context, OutgoingCall call)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        byte[] bytes = body.ToArray();
        HttpRequest request = context.Request;
        HeaderField[] headers =
        [
            new(":method", request.Method),
            new(":authority", Authority(request, call)),
            // As sent: Path and QueryString have been decoded.
            new(":path", context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget),
            .. request.Headers.Where(header => header.Key is not "Host").SelectMany(header => header.Value.Select(value => new HeaderField(header.Key.ToLowerInvariant(), value ?? ""))),
        ];
        IHeaderDictionary? trailers = context.Features.Get<IHttpRequestTrailersFeature>() is { Available: true } feature ? feature.Trailers : null;
        HttpMessagePart part = new()
        {
            Headers = headers,
            Trailers = trailers is null ? [] : [.. trailers.SelectMany(trailer => trailer.Value.Select(value => new HeaderField(trailer.Key.ToLowerInvariant(), value ?? "")))],
            Body = new BodyInfo
            {
                SizeBytes = bytes.Length,
                KeptBytes = bytes.Length,
                Sha256 = bytes.Length == 0 ? null : Convert.ToHexStringLower(SHA256.HashData(bytes)),
            },
        };
        return new ReceivedRequest(new Message(part, bytes));
    }

    // Where nothing is redirected, services call a port of the agent that stands for the recorded host.
    private static string Authority(HttpRequest request, OutgoingCall call)
    {
        string named = request.Host.Value ?? "";
        if (call.Host is null || call.Connection.LocalEndPoint?.ToString() != named)
            return named;
        return call.Destination.Port == 80 ? call.Host : $"{call.Host}:{call.Destination.Port}";
    }

    /// <summary>The part of it that is told.</summary>
    public Message Kept()
    {
        if (Message.Body.Length <= KeptBodyBytes)
            return Message;
        ReadOnlyMemory<byte> kept = Message.Body[..KeptBodyBytes];
        BodyInfo info = Message.Part.Body with { KeptBytes = KeptBodyBytes, Truncated = true, Sha256 = Convert.ToHexStringLower(SHA256.HashData(kept.Span)) };
        return new Message(Message.Part with { Body = info }, kept);
    }
}
