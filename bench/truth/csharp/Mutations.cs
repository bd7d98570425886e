using System.Text.Json.Nodes;

namespace Loop.TruthBench.Csharp;

/// <summary>Changes of the answer, the same for every bug. Changes of calls are in <see cref="CallLine"/>.</summary>
internal static class Mutations
{
    public static CoreAnswer Apply(string mutation, CoreAnswer answer) => mutation switch
    {
        "status-503" => answer with { Status = 503 },
        "status-404" => answer with { Status = 404 },
        "other-detail" => Changed(answer, body => body["detail"] = body["detail"] + ", again"),
        "other-type" => Changed(answer, body => body["type"] = "Other" + body["type"]),
        "other-title" => Changed(answer, body => body["title"] = "Something else went wrong"),
        "added-member" => Changed(answer, body => body["code"] = 42),
        "removed-detail" => Changed(answer, body => body.AsObject().Remove("detail")),
        "media-text" => answer with { MediaType = "text/plain" },
        "empty-body" => answer with { Body = "", MediaType = "" },
        "default-page" => answer with { Body = "<html><body><h1>Internal Server Error</h1></body></html>", MediaType = "text/html" },
        "swallowed" => new CoreAnswer(200, "application/json", "{}"),
        "truncated" => answer with { End = "cut" },
        "reset" => answer with { End = "reset" },
        _ => answer,
    };

    private static CoreAnswer Changed(CoreAnswer answer, Action<JsonNode> change)
    {
        JsonNode body = answer.Json;
        change(body);
        return answer with { Body = body.ToJsonString() };
    }
}
