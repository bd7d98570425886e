using System.Globalization;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Microsoft.AspNetCore.Http;

namespace Loop.Store.Api;

/// <summary>Download of one body. The bytes are foreign: they are sent as an attachment that no browser interprets.</summary>
internal static class BodyEndpoint
{
    private const string DefaultContentType = "application/octet-stream";

    public static async Task<IResult> Body(string id, string hop, string side, string? decoded, HttpContext http, ConversationLookup lookup, IGrainFactory grains, CancellationToken cancellationToken)
    {
        if (side is not ("request" or "response"))
            return ApiProblems.BadRequest("Malformed side", $"'{side}' is neither 'request' nor 'response'.");
        if (decoded is not (null or "true" or "false"))
            return ApiProblems.BadRequest("Malformed option", "decoded is 'true' or 'false'.");
        (ConversationDetail? detail, IResult? refusal) = await lookup.Find(id, cancellationToken);
        if (refusal is not null)
            return refusal;
        HopView? view = detail!.Hops.FirstOrDefault(candidate => candidate.Id == hop || candidate.Number.ToString(CultureInfo.InvariantCulture) == hop);
        if (view is null)
            return ApiProblems.NotFound("Unknown hop", $"Conversation {detail.Id} has {detail.Hops.Count} hops; '{hop}' is none of their numbers or ids. loopctl show {detail.Id} and GET /api/v1/conversations/{detail.Id} show them.");
        if (BodyPart.Of(view, side) is not { } part)
            return ApiProblems.NotFound("No body", $"Hop {view.Number} of {detail.Id} has no {side}: no proxy saw one.");
        byte[] bytes = [];
        if (part.Sha256 is not null)
        {
            byte[]? kept = await grains.GetGrain<IConversationGrain>(detail.Id).Body(part.Sha256);
            if (kept is null)
                return ApiProblems.Problem(StatusCodes.Status500InternalServerError, "Body is missing", $"The pack of {detail.Id} does not hold body {part.Sha256}. Restore the data directory from a backup; the rest stays readable.");
            bytes = kept;
        }

        bool isDecoded = decoded == "true";
        if (isDecoded)
        {
            DecodedBody result = ContentDecoder.Decode(bytes, part.ContentEncoding, part.Truncated);
            if (result.Bytes is null)
                return ApiProblems.Problem(StatusCodes.Status422UnprocessableEntity, "Body cannot be decoded", $"{result.Fault} Ask with decoded=false for the bytes as they crossed the wire.");
            bytes = result.Bytes;
        }

        Describe(http.Response.Headers, detail.Id, view, side, part);
        return Results.Bytes(bytes, part.ContentType ?? DefaultContentType);
    }

    private static void Describe(IHeaderDictionary headers, string id, HopView view, string side, BodyPart part)
    {
        headers["x-loop-body-size"] = part.SizeBytes.ToString(CultureInfo.InvariantCulture);
        headers["x-loop-body-truncated"] = part.Truncated ? "true" : "false";
        headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename=\"{id}-{view.Number}-{side}.body\"");
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
    }
}
