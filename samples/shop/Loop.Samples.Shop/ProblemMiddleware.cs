namespace Loop.Samples.Shop;

/// <summary>Turns what endpoints throw into problems: the boundary at which a request may fail without the service failing.</summary>
internal static partial class ProblemMiddleware
{
    public static void UseProblems(this WebApplication application, string service)
    {
        ILogger log = application.Logger;
        application.Use(async (HttpContext context, RequestDelegate next) =>
        {
            try
            {
                await next(context);
            }
            catch (Exception failure) when (failure is not OperationCanceledException && !context.Response.HasStarted)
            {
                Problem problem = Describe(failure);
                Failed(log, service, context.Request.Path, problem.Status, problem.Detail);
                await problem.ToResult().ExecuteAsync(context);
            }
        });
    }

    // A bug is a 500. A callee's failure is a 502 that says no more than the caller of a shop should know.
    private static Problem Describe(Exception failure) => failure switch
    {
        CalleeFailedException => new Problem("callee-failed", "A service that is needed here did not answer as it should", 502, failure.Message),
        BadHttpRequestException refused => new Problem("bad-request", "The request cannot be read", refused.StatusCode, failure.Message),
        _ => new Problem("bug", "Something that nobody thought of", 500, $"{failure.GetType().Name}: {failure.Message}"),
    };

    [LoggerMessage(1, LogLevel.Warning, "{Service} {Path} answers {Status}: {Detail}")]
    private static partial void Failed(ILogger log, string service, string path, int status, string detail);
}
