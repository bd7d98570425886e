using System.Globalization;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Requests;

namespace Loop.Replayer.Wire.Http1;

/// <summary>
/// What goes out for a request: its fields as they are and where they stand. What they lack is added as Envoy adds it: <c>host</c> in front, framing behind.
/// </summary>
/// <param name="Fields">All that are written.</param>
/// <param name="IsChunked">True when the body goes in chunks.</param>
internal readonly record struct RequestFraming(IReadOnlyList<HeaderField> Fields, bool IsChunked)
{
    // RFC 9110 §8.6: a server may wait for a body of these until it is told that there is none.
    private static readonly HashSet<string> MethodsWithBody = ["POST", "PUT", "PATCH"];

    /// <summary>Decides.</summary>
    /// <exception cref="ArgumentException">The fields frame another body than the one that is there.</exception>
    public static RequestFraming Of(WireRequest request)
    {
        List<HeaderField> fields = new(request.Headers.Count + 2);
        if (request.Authority is { } authority && !request.Headers.Any(static field => Is(field, "host")))
            fields.Add(new HeaderField("host", authority));
        fields.AddRange(request.Headers);
        BodyFraming? named = Named(request);
        if (named is { End: not BodyEnd.Chunked } length && length.LengthBytes != request.Body.Length)
            throw new ArgumentException($"The request says that its body has {length.LengthBytes} bytes; it has {request.Body.Length}.", nameof(request));
        bool isChunked = named is { End: BodyEnd.Chunked } || (named is null && request.Trailers.Count > 0);
        if (named is not null)
            return new RequestFraming(fields, isChunked);
        if (isChunked)
            fields.Add(new HeaderField("transfer-encoding", "chunked"));
        else if (!request.Body.IsEmpty || MethodsWithBody.Contains(request.Method))
            fields.Add(new HeaderField("content-length", request.Body.Length.ToString(CultureInfo.InvariantCulture)));
        return new RequestFraming(fields, isChunked);
    }

    private static BodyFraming? Named(WireRequest request)
    {
        HeaderField[] framing = [.. request.Headers.Where(static field => Is(field, "content-length") || Is(field, "transfer-encoding")).Select(static field => field with { Name = field.Name.ToLowerInvariant() })];
        try
        {
            return framing.Length == 0 ? null : BodyFraming.Of(new RequestHead(request.Method, request.Path, MinorVersion: 1, framing));
        }
        catch (NotHttpException error)
        {
            // Of our own making, not of the peer's.
            throw new ArgumentException($"The request cannot be framed: {error.Message}.", nameof(request), error);
        }
    }

    private static bool Is(HeaderField field, string name) => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
