using Microsoft.AspNetCore.Http;

namespace Loop.Store.Api;

/// <summary>Refusals, one form each.</summary>
internal static class ApiProblems
{
    public static IResult BadRequest(string title, string detail) => Problem(StatusCodes.Status400BadRequest, title, detail);

    public static IResult NotFound(string title, string detail) => Problem(StatusCodes.Status404NotFound, title, detail);

    public static IResult Problem(int status, string title, string detail) => Results.Problem(detail, statusCode: status, title: title);

    public static IResult Ambiguous(string prefix, IReadOnlyList<string> candidates) => Results.Problem(
        $"'{prefix}' begins {candidates.Count} or more ids. Type more characters.",
        statusCode: StatusCodes.Status409Conflict,
        title: "Ambiguous conversation id",
        extensions: new Dictionary<string, object?> { ["candidates"] = candidates });
}
