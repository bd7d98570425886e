using System.Collections.Concurrent;
using System.Text;
using Loop.TruthBench.Bugs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Loop.TruthBench.Stack;

/// <summary>The services without a bug, <c>stock</c> and <c>prices</c>, in this process: so the bench knows what was really asked of them.</summary>
internal sealed class HealthyServices : IAsyncDisposable
{
    private const string CallName = "x-truth-call";

    private readonly ConcurrentDictionary<string, int> _turns = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _calls = new();
    private readonly Dictionary<string, IReadOnlyList<CalleeAnswer>> _answers;
    private readonly TimeProvider _time;
    private WebApplication? _application;

    private HealthyServices(IEnumerable<Bug> bugs, TimeProvider time)
    {
        // Two bugs may ask for the same thing; then they are answered the same.
        _answers = bugs.SelectMany(bug => bug.Answers).GroupBy(answer => answer.Key).ToDictionary(group => group.Key, group => group.First().Value);
        _time = time;
    }

    public static IReadOnlyList<string> Names { get; } = ["stock", "prices"];

    /// <summary>Starts them on one port; the host that a request names says which of them is meant.</summary>
    public static async Task<HealthyServices> Start(int port, IEnumerable<Bug> bugs, TimeProvider time, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Logging.ClearProviders();
        HealthyServices services = new(bugs, time) { _application = builder.Build() };
        services._application.Run(services.Answer);
        await services._application.StartAsync(cancellationToken);
        return services;
    }

    /// <summary>What was asked in the course of a request, in order; the request is named by its <c>x-request-id</c>.</summary>
    public IReadOnlyList<string> CallsOf(string requestId) => _calls.TryGetValue(requestId, out ConcurrentQueue<string>? calls) ? [.. calls] : [];

    public ValueTask DisposeAsync() => _application!.DisposeAsync();

    private async Task Answer(HttpContext context)
    {
        string service = context.Request.Host.Host;
        string request = context.Request.Headers["x-request-id"].ToString();
        string target = context.Request.Path + context.Request.QueryString;
        _calls.GetOrAdd(request, _ => new()).Enqueue($"{context.Request.Method} {service}{target}");
        // An argument that only a mutation adds changes nothing of the answer.
        string known = $"{service} {target.Replace("?changed=1", "", StringComparison.Ordinal).Replace("&changed=1", "", StringComparison.Ordinal)}";
        CalleeAnswer answer = target == "/extra" ? new CalleeAnswer() : Next(known, request);
        if (answer.DelayMs > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(answer.DelayMs), _time, context.RequestAborted);
        byte[] body = Encoding.UTF8.GetBytes(answer.Body?.ToJsonString() ?? "{}");
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        context.Response.Headers[CallName] = context.Request.Headers[CallName];
        foreach ((string name, string value) in answer.Headers)
            context.Response.Headers[name] = value;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private CalleeAnswer Next(string known, string request)
    {
        if (!_answers.TryGetValue(known, out IReadOnlyList<CalleeAnswer>? answers))
            return new CalleeAnswer { Status = 404 };
        int turn = _turns.AddOrUpdate($"{request} {known}", 0, (_, last) => last + 1);
        return answers[Math.Min(turn, answers.Count - 1)];
    }
}
