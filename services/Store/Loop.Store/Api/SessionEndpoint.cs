using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Store.Sessions;
using Microsoft.AspNetCore.Http;

namespace Loop.Store.Api;

/// <summary>Body of <c>POST /api/v1/sessions</c>.</summary>
/// <param name="Key">Of one request of the session: as <see cref="KeepRequest.Key"/>.</param>
public sealed record KeepSessionRequest(string? Key);

/// <summary>Keeps a session.</summary>
internal static class SessionEndpoint
{
    public static async Task<IResult> Keep(HttpContext http, KeepTarget target, SessionKeeper sessions, CancellationToken cancellationToken)
    {
        KeepRequest? request = await KeepRequest.Read(http, cancellationToken);
        (ConversationId id, _, IResult? refusal) = await target.Keep(request?.Key ?? "", cancellationToken);
        if (refusal is not null)
            return refusal;
        return await sessions.Keep(id, cancellationToken) is { } session
            ? Results.Json(new KeptSession(id.Value, [.. session.Ids.Select(one => one.Value)], session.Names, session.Silent, session.Missed), ApiJson.Options)
            : ApiProblems.Problem(StatusCodes.Status422UnprocessableEntity, "No session", $"Conversation {id} is kept, and the request by which it entered carries neither cookie nor authorization, nor does its answer set a cookie: nothing names a session.");
    }
}
