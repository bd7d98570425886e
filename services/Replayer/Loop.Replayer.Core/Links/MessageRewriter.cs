using System.Globalization;
using System.Security.Cryptography;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Links;

/// <summary>Ids to exchange at a place.</summary>
/// <param name="place">As <see cref="FieldText.Place"/>.</param>
internal delegate IReadOnlyList<(string From, string To)> Exchanges(string place);

/// <summary>Exchanges ids in path, query, headers and body, and makes what depends on them fit: length, content encoding, digests.</summary>
internal static class MessageRewriter
{
    public static RewrittenMessage Rewrite(Message message, Exchanges exchanges)
    {
        List<string> unwritten = [];
        HttpMessagePart part = message.Part;
        part = part with { Headers = [.. part.Headers.Select(header => header with { Value = Header(header, exchanges) })], Trailers = [.. part.Trailers.Select(trailer => Trailer(trailer, exchanges))] };
        return Body(message, exchanges, unwritten) is { } body
            ? new RewrittenMessage(Framed(message with { Part = part }, body), unwritten)
            : new RewrittenMessage(message with { Part = part }, unwritten);
    }

    /// <summary>The message with another body, given without content encoding; null when the encoding cannot be made.</summary>
    public static Message? WithBody(Message message, byte[] plainBefore, byte[] plain) =>
        ContentEncoding.Encode(plain, message.Part.Header("content-encoding")) is { } wire ? Framed(message, new RewrittenBody(plainBefore, plain, wire)) : null;

    private static Message Framed(Message message, RewrittenBody body)
    {
        HttpMessagePart part = message.Part;
        BodyInfo info = part.Body with { SizeBytes = body.Wire.Length, KeptBytes = body.Wire.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(body.Wire)) };
        return new Message(part with { Body = info, Headers = [.. part.Headers.Select(header => Framing(header, message, body))] }, body.Wire);
    }

    private static string Header(HeaderField header, Exchanges exchanges) => header.Name switch
    {
        ":path" => TargetRewriter.Rewrite(header.Value, exchanges),
        "cookie" or "set-cookie" => CookieRewriter.Rewrite(header, exchanges),
        _ => TokenText.Replace(header.Value, exchanges($"header {header.Name}")),
    };

    private static HeaderField Trailer(HeaderField trailer, Exchanges exchanges) => trailer with { Value = TokenText.Replace(trailer.Value, exchanges($"trailer {trailer.Name}")) };

    private static HeaderField Framing(HeaderField header, Message before, RewrittenBody body) => header with
    {
        Value = header.Name == "content-length"
            ? body.Wire.Length.ToString(CultureInfo.InvariantCulture)
            : DigestHeaders.Rewrite(header, [(before.Body.ToArray(), body.Wire), (body.PlainBefore, body.Plain)]),
    };

    // Null when nothing changes.
    private static RewrittenBody? Body(Message message, Exchanges exchanges, List<string> unwritten)
    {
        if (message.Body.IsEmpty)
            return null;
        string? encoding = message.Part.Header("content-encoding");
        if (message.Part.Body.Truncated || ContentDecoding.Decode(message.Body, encoding) is not { } plain)
        {
            // Whether an id stands in there cannot be known.
            unwritten.Add(message.Part.Body.Truncated ? "body: not kept in full" : $"body: content-encoding {encoding} cannot be undone");
            return null;
        }

        byte[] changed = BodyRewriter.Rewrite(message, plain, exchanges, unwritten);
        if (ReferenceEquals(changed, plain))
            return null;
        if (ContentEncoding.Encode(changed, encoding) is { } wire)
            return new RewrittenBody(plain, changed, wire);
        unwritten.Add($"body: content-encoding {encoding} cannot be made");
        return null;
    }

    private sealed record RewrittenBody(byte[] PlainBefore, byte[] Plain, byte[] Wire);
}
