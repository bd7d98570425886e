using System.Globalization;
using Loop.Contracts.Api;
using Loop.Store.Core.ReadModels;
using Microsoft.AspNetCore.Http;

namespace Loop.Store.Api;

/// <summary>List and show.</summary>
internal static class ConversationEndpoints
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;

    public static async Task<IResult> List(string? limit, string? before, string? controls, IConversationIndex index, CancellationToken cancellationToken)
    {
        int count = DefaultLimit;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > MaxLimit))
            return ApiProblems.BadRequest("Malformed limit", $"limit is a whole number from 1 to {MaxLimit}. Ask for further pages with before.");
        if (controls is not (null or "true" or "false"))
            return ApiProblems.BadRequest("Malformed option", "controls is 'true' or 'false'.");
        try
        {
            return Results.Json(await index.List(count, before, cancellationToken, controls == "true" ? ListScope.All : ListScope.WithoutControls), ApiJson.Options);
        }
        catch (FormatException)
        {
            return ApiProblems.BadRequest("Malformed page mark", "before is the 'next' of an earlier page, unchanged.");
        }
    }

    public static async Task<IResult> Show(string id, ConversationLookup lookup, CancellationToken cancellationToken)
    {
        (ConversationDetail? detail, IResult? refusal) = await lookup.Find(id, cancellationToken);
        return refusal ?? Results.Json(detail! with { Related = await lookup.Related(detail, cancellationToken) }, ApiJson.Options);
    }
}
