using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Loop.Cli.Tests.Api;

/// <summary>A server on a free port that answers by a table of paths and remembers what it was asked.</summary>
public sealed class FakeApi : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly Dictionary<string, Func<HttpContext, Task>> _answers = [];

    private FakeApi(WebApplication application) => _application = application;

    public Uri Url => new(_application.Urls.First());

    /// <summary>Method, target and body of each request, in order.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Values of the authorization header, in order.</summary>
    public List<string> Authorizations { get; } = [];

    public static async Task<FakeApi> Start()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication application = builder.Build();
        var api = new FakeApi(application);
        application.Run(api.Answer);
        await application.StartAsync();
        return api;
    }

    /// <summary>Answers requests for a method and target (path with query).</summary>
    public FakeApi On(string request, Func<HttpContext, Task> answer)
    {
        _answers[request] = answer;
        return this;
    }

    public FakeApi OnJson(string request, object value, int status = 200) => On(request, async context =>
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(value, value.GetType(), Loop.Contracts.Api.LoopJson.Options);
    });

    public FakeApi OnText(string request, string text, string contentType, int status = 200) => On(request, async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        await context.Response.WriteAsync(text);
    });

    public FakeApi OnProblem(string request, int status, string title, string detail, params string[] candidates) =>
        OnText(request, System.Text.Json.JsonSerializer.Serialize(new { type = "about:blank", title, status, detail, candidates }), "application/problem+json", status);

    public FakeApi OnBytes(string request, byte[] bytes, string contentType) => On(request, async context =>
    {
        context.Response.ContentType = contentType;
        await context.Response.Body.WriteAsync(bytes);
    });

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(new CancellationToken(canceled: true));
        await _application.DisposeAsync();
    }

    private async Task Answer(HttpContext context)
    {
        string request = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}";
        using var reader = new StreamReader(context.Request.Body);
        string body = await reader.ReadToEndAsync();
        lock (Requests)
        {
            Requests.Add(body.Length == 0 ? request : $"{request} {body}");
            Authorizations.Add(context.Request.Headers.Authorization.ToString());
        }

        if (_answers.TryGetValue(request, out Func<HttpContext, Task>? answer))
        {
            await answer(context);
            return;
        }

        context.Response.StatusCode = 599;
        await context.Response.WriteAsync($"the test expects no {request}");
    }
}
