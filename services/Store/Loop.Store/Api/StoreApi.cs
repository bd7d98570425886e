using Loop.Contracts.Api;
using Loop.Store.Core.Documents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Loop.Store.Api;

/// <summary>The REST API of the store. Every refusal is <c>application/problem+json</c> that says what, where and how to mend it.</summary>
public static class StoreApi
{
    /// <summary>Maps <c>/api/v1/conversations</c>, <c>/api/v1/sessions</c>, <c>/api/v1/tail</c> and <c>/api/v1/status</c>.</summary>
    public static RouteGroupBuilder MapStoreApi(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder api = routes.MapGroup("/api/v1").WithTags("store");
        api.AddEndpointFilter<ApiFilter>();
        api.MapGet("/conversations", ConversationEndpoints.List).WithName("ListConversations")
            .WithSummary("Kept conversations, newest first.")
            .WithDescription("limit: 1–500, default 50. before: the 'next' of the page before. controls=true: also the healthy ones that were kept beside failures.")
            .Produces<Page<ConversationSummary>>().ProducesProblem(StatusCodes.Status400BadRequest);
        api.MapPost("/conversations", KeepEndpoint.Keep).WithName("KeepConversation")
            .WithSummary("Keeps what the rings still hold of a trace id or request id, and notes what is wrong in it.")
            .WithDescription("Body: application/json, {\"key\":\"<trace id, traceparent, request id or id of a kept conversation>\"}; with \"wrong\" and \"expect\" a value that is wrong.")
            .Accepts<KeepRequest>("application/json")
            .Produces<ConversationSummary>(StatusCodes.Status201Created).Produces<ConversationSummary>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.MapPost("/sessions", SessionEndpoint.Keep).WithName("KeepSession")
            .WithSummary("Keeps the requests of a session that are still in the rings.")
            .WithDescription("Body: application/json, {\"key\":\"<of one request of it, as for a conversation>\"}.")
            .Accepts<KeepSessionRequest>("application/json")
            .Produces<KeptSession>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.MapGet("/conversations/{id}", ConversationEndpoints.Show).WithName("ShowConversation")
            .WithSummary("A conversation with all its hops, by id or unique prefix (at least 4 characters).")
            .Produces<ConversationDetail>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        api.MapGet("/conversations/{id}/hops/{hop}/{side}/body", BodyEndpoint.Body).WithName("DownloadBody")
            .WithSummary("The kept bytes of one body; decoded=true undoes its content-encoding.")
            .Produces<byte[]>(StatusCodes.Status200OK, "application/octet-stream")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapGet("/conversations/{id}/export", DocumentEndpoints.Export).WithName("ExportConversation")
            .WithSummary("A sealed conversation as a document: events, exchanges and bodies.")
            .Produces<ConversationDocument>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        api.MapPost("/conversations/import", DocumentEndpoints.Import).WithName("ImportConversation")
            .WithSummary("Takes in a conversation that another store exported; once more is a no-op.")
            .Accepts<ConversationDocument>("application/json")
            .Produces<ConversationSummary>(StatusCodes.Status201Created).Produces<ConversationSummary>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapGet("/tail", TailEndpoint.Tail).WithName("TailConversations")
            .WithSummary("Server-sent events: one 'conversation' event per change, after it is durable.")
            .WithDescription("controls=true: also of the healthy ones that were kept beside failures.")
            .Produces<ConversationSummary>(StatusCodes.Status200OK, "text/event-stream").ProducesProblem(StatusCodes.Status400BadRequest);
        api.MapGet("/status", StatusEndpoint.Status).WithName("ShowStatus")
            .WithSummary("Health of the store and of every capture node.")
            .Produces<SystemStatus>();
        return api;
    }
}
