using System.Net.Http.Headers;
using Loop.Contracts.Api;

namespace Loop.Store.Api;

/// <summary>What is known of one body of a hop.</summary>
internal sealed record BodyPart(string? Sha256, long SizeBytes, bool Truncated, string? ContentType, string? ContentEncoding)
{
    /// <summary>Null when the hop has no such side.</summary>
    public static BodyPart? Of(HopView hop, string side) => side == "request"
        ? hop.Request is { } request ? Create(request.BodySha256, request.BodySizeBytes, request.BodyTruncated, request.Headers) : null
        : hop.Response is { } response ? Create(response.BodySha256, response.BodySizeBytes, response.BodyTruncated, response.Headers) : null;

    private static BodyPart Create(string? sha256, long sizeBytes, bool truncated, IReadOnlyList<string[]> headers)
    {
        string? contentType = First(headers, "content-type");
        string[] encodings = [.. headers.Where(header => Is(header, "content-encoding")).Select(header => header[1])];

        // A recorded value goes into our own answer only when it is a well-formed media type.
        bool isUsable = MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? parsed) && contentType!.All(char.IsAscii);
        return new BodyPart(sha256, sizeBytes, truncated, isUsable ? parsed!.ToString() : null, encodings.Length == 0 ? null : string.Join(',', encodings));
    }

    private static string? First(IReadOnlyList<string[]> headers, string name) => headers.FirstOrDefault(header => Is(header, name))?[1];

    private static bool Is(string[] header, string name) => string.Equals(header[0], name, StringComparison.OrdinalIgnoreCase);
}
