using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Store.Conversations;
using Loop.Store.Core.ReadModels;
using Microsoft.AspNetCore.Http;

namespace Loop.Store.Api;

/// <summary>Keep by hand.</summary>
internal static class KeepEndpoint
{
    public static async Task<IResult> Keep(HttpContext http, KeepTarget target, IConversationIndex index, IGrainFactory grains, CancellationToken cancellationToken)
    {
        KeepRequest request = await KeepRequest.Read(http, cancellationToken) ?? new KeepRequest(null);
        if (request.Fault is { } fault)
            return ApiProblems.BadRequest("Malformed assertion", $"{fault}. Send \"wrong\": \"HOP response $.path\", and with \"expect\" what should stand there.");
        (ConversationId id, bool isNew, IResult? refusal) = await target.Keep(request.Key ?? "", cancellationToken);
        if (refusal is not null)
            return refusal;
        if (request.Wrong is { } wrong && !await grains.GetGrain<IConversationIntake>(id.Value).Assert(wrong, request.Expect))
            return ApiProblems.Problem(StatusCodes.Status422UnprocessableEntity, "Too many assertions", $"Conversation {id} is kept, and holds as many assertions as one may; this one was not added. Name a place that it has already to change what is expected there.");
        return await index.Get(id.Value, cancellationToken) is { } summary
            ? Results.Json(summary, ApiJson.Options, statusCode: isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK)
            : ApiProblems.Problem(StatusCodes.Status500InternalServerError, "Not visible", $"Conversation {id} is kept and not listed. Ask again; if that does not help, restart loopd, which catches the index up.");
    }
}
