using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Loop.TruthBench.Csharp;

/// <summary>The calls that one request has made so far, counted, with the mutation that changes the first of them.</summary>
internal sealed class CallLine(HttpRequest served, Build build)
{
    private readonly ConcurrentDictionary<string, int> _equal = new();
    private int _count;

    public HttpRequest Served => served;

    /// <summary>The name of a call: the how-manieth of its like it is, since equal calls are told apart by their order alone.</summary>
    public string Name(string call) => $"{served.Path.Value}{served.QueryString.Value}|{call}|{_equal.AddOrUpdate(call, 1, (_, last) => last + 1)}";

    public (string Method, string Target, bool Twice) Next(string target)
    {
        int number = Interlocked.Increment(ref _count);
        string mutation = number == 1 ? build.Mutation : "none";
        return mutation switch
        {
            "changed-query" => ("GET", target + (target.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "changed=1", false),
            "changed-path" => ("GET", "/changed" + target, false),
            "changed-method" => ("POST", target, false),
            _ => ("GET", target, mutation is "repeated-call"),
        };
    }
}

/// <summary>The services behind this one, reached through the outbound proxy when there is one.</summary>
internal sealed class Callees : IDisposable
{
    private static readonly string[] PassedOn = ["traceparent", "tracestate", "baggage", "x-request-id", "b3", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled"];
    private readonly HttpClient _client = new(new SocketsHttpHandler { ActivityHeadersPropagator = null, UseProxy = false, AllowAutoRedirect = false });

    public async Task<CalleeAnswer> Send(CallLine line, string service, string target)
    {
        (string method, string sent, bool twice) = line.Next(target);
        if (twice)
            await SendOnce(line, service, method, sent);
        return await SendOnce(line, service, method, sent);
    }

    public void Dispose() => _client.Dispose();

    private async Task<CalleeAnswer> SendOnce(CallLine line, string service, string method, string target)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri($"http://{Settings.Outbound ?? service}{target}"));
        request.Headers.Host = service;
        foreach (string name in PassedOn)
        {
            if (line.Served.Headers.TryGetValue(name, out var values))
                request.Headers.TryAddWithoutValidation(name, [.. values]);
        }

        // The name of this call, which only the two ends read: whoever answers says which call the answer was made for.
        string call = line.Name($"{method} {service}{target}");
        request.Headers.TryAddWithoutValidation("x-truth-call", call);
        using HttpResponseMessage response = await _client.SendAsync(request);
        string answered = response.Headers.TryGetValues("x-truth-call", out IEnumerable<string>? names) ? string.Join(',', names) : "none";
        if (Settings.NotesCalls)
            await Console.Out.WriteLineAsync($"truth-call\t{call}\t{answered}");
        return new CalleeAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }
}

/// <summary>What a service answered.</summary>
internal sealed record CalleeAnswer(int Status, string Body, HttpResponseMessage Response)
{
    public JsonNode Json(string service) => Status == 200 ? JsonNode.Parse(Body)! : throw new CalleeFailedException($"{service} answered {Status}");
}

/// <summary>A service that was needed did not answer as it should.</summary>
internal sealed class CalleeFailedException(string message) : Exception(message);
