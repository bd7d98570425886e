using Loop.Contracts.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Loop.Store.Api;

/// <summary>The REST API of the store. Every refusal is <c>application/problem+json</c> that says what, where and how to mend it.</summary>
public static class StoreApi
{
    /// <summary>Maps <c>/api/v1/conversations</c>, <c>/api/v1/tail</c> and <c>/api/v1/status</c>.</summary>
    public static RouteGroupBuilder MapStoreApi(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder api = routes.MapGroup("/api/v1").WithTags("store");
        api.AddEndpointFilter<ApiFilter>();
        api.MapGet("/conversations", ConversationEndpoints.List).WithName("ListConversations")
            .WithSummary("Kept conversations, newest first.")
            .WithDescription("limit: 1–500, default 50. before: the 'next' of the page before.")
            .Produces<Page<ConversationSummary>>().ProducesProblem(StatusCodes.Status400BadRequest);
        api.MapPost("/conversations", KeepEndpoint.Keep).WithName("KeepConversation")
            .WithSummary("Keeps what the rings still hold of a trace id or request id.")
            .WithDescription("Body: application/json, {\"key\":\"<trace id, traceparent or request id>\"}.")
            .Accepts<KeepRequest>("application/json")
            .Produces<ConversationSummary>(StatusCodes.Status201Created).Produces<ConversationSummary>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.MapGet("/conversations/{id}", ConversationEndpoints.Show).WithName("ShowConversation")
            .WithSummary("A conversation with all its hops, by id or unique prefix (at least 4 characters).")
            .Produces<ConversationDetail>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        api.MapGet("/conversations/{id}/hops/{hop}/{side}/body", BodyEndpoint.Body).WithName("DownloadBody")
            .WithSummary("The kept bytes of one body; decoded=true undoes its content-encoding.")
            .Produces<byte[]>(StatusCodes.Status200OK, "application/octet-stream")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapGet("/tail", TailEndpoint.Tail).WithName("TailConversations")
            .WithSummary("Server-sent events: one 'conversation' event per change, after it is durable.")
            .Produces<ConversationSummary>(StatusCodes.Status200OK, "text/event-stream");
        api.MapGet("/status", StatusEndpoint.Status).WithName("ShowStatus")
            .WithSummary("Health of the store and of every capture node.")
            .Produces<SystemStatus>();
        return api;
    }
}
