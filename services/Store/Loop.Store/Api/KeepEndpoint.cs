using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Store.Conversations;
using Loop.Store.Core.ReadModels;
using Microsoft.AspNetCore.Http;

namespace Loop.Store.Api;

/// <summary>Body of <c>POST /api/v1/conversations</c>.</summary>
/// <param name="Key">A trace id, traceparent or request id, bare or as <c>trace:…</c>, <c>request:…</c>.</param>
public sealed record KeepRequest(string? Key);

/// <summary>Keep by hand.</summary>
internal static class KeepEndpoint
{
    private const int MaxBodyBytes = 16 * 1024;

    public static async Task<IResult> Keep(HttpContext http, PendingKeeps keeps, IConversationIndex index, CancellationToken cancellationToken)
    {
        IReadOnlyList<TraceKey> keys = TraceKey.FromUserText(await ReadKey(http, cancellationToken) ?? "");
        if (keys.Count == 0)
            return ApiProblems.BadRequest("Malformed key", "Send {\"key\":\"…\"} with a trace id (16 or 32 hex digits), a traceparent, or a request id of 1 to 256 characters.");
        KeepResult result = await keeps.Keep(keys, cancellationToken);
        if (result.Id is not { } id)
            return NothingKept(keys, result);

        // An alias is possible: what was kept just now may have turned out to be part of an older conversation.
        IReadOnlyList<string> ids = await index.Find(id.Value, 1, cancellationToken);
        ConversationSummary? summary = await index.Get(ids.Count > 0 ? ids[0] : id.Value, cancellationToken);
        return summary is null
            ? ApiProblems.Problem(StatusCodes.Status500InternalServerError, "Not visible", $"Conversation {id} is kept and not listed. Ask again; if that does not help, restart loopd, which catches the index up.")
            : Results.Json(summary, ApiJson.Options, statusCode: result.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<string?> ReadKey(HttpContext http, CancellationToken cancellationToken)
    {
        if (http.Request.ContentLength > MaxBodyBytes)
            return null;
        try
        {
            return (await JsonSerializer.DeserializeAsync<KeepRequest>(http.Request.Body, ApiJson.Options, cancellationToken))?.Key;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // "Nobody has it" and "somebody could not be asked" are two answers.
    private static IResult NothingKept(IReadOnlyList<TraceKey> keys, KeepResult result)
    {
        if (result.Asked.Count == 0)
            return ApiProblems.Problem(StatusCodes.Status503ServiceUnavailable, "No capture node is connected", "Nothing could be asked and nothing is kept. Start a capture node (loopd --roles capture) or see loopctl status or GET /api/v1/status.");
        string key = string.Join(" or ", keys);
        return result.Silent.Count == 0
            ? ApiProblems.NotFound("No exchange of that key", $"None of {result.Asked.Count} capture nodes holds an exchange of {key}; nothing is kept. It may be older than their horizon: see loopctl status or GET /api/v1/status.")
            : ApiProblems.Problem(StatusCodes.Status503ServiceUnavailable, "Not every capture node answered", $"No exchange of {key} came, and {string.Join(", ", result.Silent)} did not answer; nothing is kept. Ask again.");
    }
}
