using System.Globalization;
using System.Text.Json;
using Loop.Contracts;
using Loop.Contracts.Replays;
using Loop.Replayer.Engine;
using Loop.Replayer.Ports;
using Loop.Replayer.Sandboxes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Loop.Replayer.Api;

/// <summary>The replayer's part of the REST API.</summary>
public static class ReplayerApi
{
    private const int DefaultLimit = 50;
    private const int MaximumLimit = 500;
    private const string BodyRemedy = "Send {\"conversation\":\"ID\",\"destination\":\"host:port\"} as application/json.";

    /// <summary>Maps <c>/api/v1/replays</c>.</summary>
    public static IEndpointRouteBuilder MapReplayerApi(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder replays = routes.MapGroup("/api/v1/replays").WithTags("replays").AddEndpointFilter<RouteGroupBuilder, FaultFilter>();
        replays.MapPost("/", Start).WithName("StartReplay").WithSummary("Replays a conversation, or one hop of it, against a destination.")
            .Accepts<ReplayRequest>("application/json")
            .Produces<ReplayReport>(StatusCodes.Status202Accepted).ProducesProblem(400).ProducesProblem(403).ProducesProblem(404).ProducesProblem(409).ProducesProblem(503);
        replays.MapPost("/check", Check).WithName("CheckReplay").WithSummary("What a replay in a sandbox would do, and which stored replays prove that the failure happens under the same plan; nothing is replayed.")
            .Accepts<ReplayRequest>("application/json")
            .Produces<ReplayCheck>().ProducesProblem(400).ProducesProblem(403).ProducesProblem(404).ProducesProblem(409);
        replays.MapGet("/{id}", Get).WithName("GetReplay").WithSummary("The report of a replay as far as it goes.")
            .Produces<ReplayReport>().ProducesProblem(404);
        replays.MapDelete("/{id}", Cancel).WithName("CancelReplay").WithSummary("Cancels a replay that waits or runs.")
            .Produces<ReplayReport>(StatusCodes.Status202Accepted).ProducesProblem(404);
        replays.MapGet("/", List).WithName("ListReplays").WithSummary("Replays, newest first.")
            .Produces<IReadOnlyList<ReplayReport>>().ProducesProblem(400);
        replays.MapGet("/{id}/runs/{run:int}/hops/{hop}", Hop).WithName("GetReplayedHop").WithSummary("One hop of a run in a sandbox beside its recording.")
            .Produces<HopComparison>().ProducesProblem(404);
        replays.MapGet("/{id}/noise", Noise).WithName("GetReplayNoise").WithSummary("The noise mask that a replay compared under, as another store takes it.")
            .Produces<GivenNoise>().ProducesProblem(404).ProducesProblem(409);
        replays.MapGet("/{id}/runs/{run:int}/logs/{service}", Log).WithName("GetReplayLog").WithSummary("What a live service wrote in a run.")
            .Produces<string>(StatusCodes.Status200OK, "text/plain").ProducesProblem(404);
        return routes;
    }

    private static async Task<IResult> Start(HttpRequest http, ReplayService service, CancellationToken cancellationToken)
    {
        (ReplayRequest? request, ReplayRefusal? malformed) = await Read(http, cancellationToken);
        if (request is null)
            return Problem(malformed!);
        return await service.Accept(request, cancellationToken) switch
        {
            ReplayAcceptance.Accepted accepted => TypedResults.Accepted($"/api/v1/replays/{accepted.Report.Id}", accepted.Report),
            ReplayRefusal refusal => Problem(refusal),
            var other => throw new InvalidOperationException($"An acceptance of an unknown kind: {other.GetType().Name}."),
        };
    }

    private static async Task<IResult> Check(HttpRequest http, ReplayService service, CancellationToken cancellationToken)
    {
        (ReplayRequest? request, ReplayRefusal? refusal) = await Read(http, cancellationToken);
        if (request is null)
            return Problem(refusal!);
        (ReplayCheck? check, refusal) = await service.Check(request, cancellationToken);
        return check is null ? Problem(refusal!) : TypedResults.Ok(check);
    }

    // Read here and not by the framework, whose refusal has no words.
    private static async Task<(ReplayRequest? Request, ReplayRefusal? Refusal)> Read(HttpRequest http, CancellationToken cancellationToken)
    {
        if (!http.HasJsonContentType())
            return (null, new ReplayRefusal(415, "not-json", "Not JSON.", "The content type is not application/json.", BodyRemedy));
        try
        {
            ReplayRequest? request = await http.ReadFromJsonAsync<ReplayRequest>(cancellationToken);
            return request is null ? (null, ReplayRefusal.Malformed("body", "It is null.", BodyRemedy)) : (request, null);
        }
        catch (JsonException fault)
        {
            return (null, ReplayRefusal.Malformed("body", fault.Message, BodyRemedy));
        }
    }

    private static async Task<IResult> Get(string id, IReplayJournal journal)
    {
        ReplayReport? report = id.Length == 12 && Base32.IsValid(id) ? await journal.Report(id) : null;
        return report is null
            ? Problem(ReplayRefusal.UnknownReplay(id))
            : TypedResults.Ok(report);
    }

    private static async Task<IResult> Cancel(string id, IReplayJournal journal, ReplayCancellations cancellations, TimeProvider time)
    {
        if (id.Length != 12 || !Base32.IsValid(id) || await journal.Report(id) is not { } report)
            return Problem(ReplayRefusal.UnknownReplay(id));
        if (report.FinishedAt is null)
        {
            // Durable first: one that a restart takes up again stays cancelled.
            await journal.Append(id, new ReplayCancellationRequested(time.GetUtcNow()));
            cancellations.Cancel(id);
        }

        return TypedResults.Accepted($"/api/v1/replays/{id}", report);
    }

    private static async Task<IResult> List(string? conversation, string? limit, IReplayJournal journal, IRecordings recordings)
    {
        int count = DefaultLimit;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > MaximumLimit))
            return Problem(ReplayRefusal.Malformed("limit", $"'{limit}' is no whole number from 1 to {MaximumLimit}.", $"Give 1 to {MaximumLimit}."));
        if (conversation is null)
            return TypedResults.Ok(await journal.Replays(null, count));
        string prefix = conversation.ToLowerInvariant();
        if (prefix.Length < 4 || !Base32.IsValid(prefix))
            return Problem(ReplayRefusal.Malformed("conversation", $"'{conversation}' is not a conversation id or prefix.",
                "Give at least 4 characters as loopctl list prints them."));
        IReadOnlyList<string> found = await recordings.Find(prefix);
        return found.Count switch
        {
            0 => Problem(ReplayRefusal.UnknownConversation(prefix)),
            1 => TypedResults.Ok(await journal.Replays(found[0], count)),
            _ => Problem(ReplayRefusal.AmbiguousConversation(prefix, found)),
        };
    }

    private static async Task<IResult> Hop(string id, int run, string hop, RunReader reader)
    {
        (HopComparison? comparison, ReplayRefusal? refusal) = await reader.Hop(id, run, hop);
        return comparison is null ? Problem(refusal!) : TypedResults.Ok(comparison);
    }

    private static async Task<IResult> Noise(string id, IReplayJournal journal)
    {
        if (id.Length != 12 || !Base32.IsValid(id))
            return Problem(ReplayRefusal.UnknownReplay(id));
        (GivenNoise? noise, ReplayRefusal? refusal) = await NoiseMasks.Of(id, journal);
        return noise is null ? Problem(refusal!) : TypedResults.Ok(noise);
    }

    private static async Task<IResult> Log(string id, int run, string service, RunReader reader, HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        (byte[]? log, ReplayRefusal? refusal) = await reader.Log(id, run, service);
        return log is null ? Problem(refusal!) : TypedResults.Bytes(log, "text/plain; charset=utf-8");
    }

    internal static ProblemHttpResult Problem(ReplayRefusal refusal)
    {
        Dictionary<string, object?> extensions = new() { ["remedy"] = refusal.Remedy };
        if (refusal.Hops.Count > 0)
            extensions["hops"] = refusal.Hops;
        if (refusal.Conversations.Count > 0)
            extensions["conversations"] = refusal.Conversations;
        return TypedResults.Problem($"{refusal.Detail} {refusal.Remedy}", statusCode: refusal.Status, title: refusal.Title, type: $"urn:loop:problem:{refusal.Kind}", extensions: extensions);
    }
}
