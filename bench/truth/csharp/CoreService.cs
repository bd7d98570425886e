using System.Text;
using System.Text.Json.Nodes;

namespace Loop.TruthBench.Csharp;

/// <summary>Runs the code of a bug and answers with what it returns, or with a problem that names what it threw.</summary>
internal static class CoreService
{
    public static async Task Serve(HttpContext context, Callees callees)
    {
        Build build = Build.Of(context.Request);
        CoreAnswer answer = build.Mutation is "dropped-calls"
            ? CoreAnswer.Problem(JsonNode.Parse(build.Answer!)!)
            : await Run(context.Request, build, callees);
        await Mutations.Apply(build.Mutation, answer).Send(context);
    }

    private static async Task<CoreAnswer> Run(HttpRequest http, Build build, Callees callees)
    {
        string name = http.Path.Value!.Split('/')[^1];
        try
        {
            BugRequest request = new(http, build, callees);
            await request.CallBeside();
            object? result = await BugTable.Bugs[name](request);
            if (build.Mutation is "late-check")
                throw new InvalidOperationException("the answer did not pass the last check");
            return CoreAnswer.Result(result);
        }
        catch (Exception failure)
        {
            // Every bug ends here: the boundary at which a request may fail without the service failing.
            return CoreAnswer.Problem(new JsonObject { ["type"] = failure.GetType().Name, ["title"] = "The request could not be served", ["status"] = 500, ["detail"] = failure.Message });
        }
    }
}

/// <summary>An answer before it is sent.</summary>
internal sealed record CoreAnswer(int Status, string MediaType, string Body, string End = "whole")
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public static CoreAnswer Result(object? result) => new(200, "application/json", new JsonObject { ["result"] = JsonValue.Create(result?.ToString()) }.ToJsonString());

    public static CoreAnswer Problem(JsonNode problem) => new(500, "application/problem+json", problem.ToJsonString());

    public async Task Send(HttpContext context)
    {
        byte[] body = Encoding.UTF8.GetBytes(Body);
        if (End is not "reset")
        {
            context.Response.StatusCode = Status;
            context.Response.ContentLength = body.Length;
            context.Response.ContentType = MediaType.Length > 0 ? MediaType : null;
            await context.Response.Body.WriteAsync(End is "cut" ? body.AsMemory(0, body.Length / 2) : body);
            await context.Response.Body.FlushAsync();
        }

        if (End is not "whole")
            context.Abort();
    }
}
