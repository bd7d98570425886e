using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Loop.Integration.Tests.Spine.Storm;

/// <summary>A request that was sent, under the name by which its conversation must be found.</summary>
/// <param name="Key">As a conversation lists it: <c>trace:…</c> or <c>request:…</c>.</param>
/// <param name="Path">Where it went.</param>
/// <param name="Status">What came back; 0 when nothing did.</param>
/// <param name="Callees">The services of its calls, in order: the call tree of the shop is a chain.</param>
internal sealed record SentRequest(string Key, string Path, int Status, string[] Callees)
{
    /// <summary>Views that the mesh has of it: the client stands behind no proxy.</summary>
    public int Views => (2 * Callees.Length) - 1;
}

/// <summary>Sends from several clients at once and remembers each request: the truth that the store is compared with.</summary>
internal sealed class StormClient(Uri entry, bool tracing) : IDisposable
{
    private const int FailEvery = 10;

    private readonly HttpClient _http = new(new SocketsHttpHandler { ActivityHeadersPropagator = null, UseProxy = false }) { BaseAddress = entry, Timeout = TimeSpan.FromSeconds(60) };
    private readonly ConcurrentQueue<SentRequest> _sent = new();

    public IReadOnlyList<SentRequest> Sent => [.. _sent];

    public IReadOnlyList<SentRequest> Failed => [.. _sent.Where(request => request.Status >= 500)];

    public Task Storm(int requests, int clients, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        Enumerable.Range(0, requests),
        new ParallelOptions { MaxDegreeOfParallelism = clients, CancellationToken = cancellationToken },
        async (index, token) => await Send(index, token));

    public void Dispose() => _http.Dispose();

    private async Task Send(int index, CancellationToken cancellationToken)
    {
        (string path, string? body, string[] callees) = Plan(index);
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        string key;
        if (tracing)
        {
            string trace = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            request.Headers.TryAddWithoutValidation("traceparent", $"00-{trace}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}-01");
            key = $"trace:{trace}";
        }
        else
        {
            string id = $"storm-{index}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}";
            request.Headers.TryAddWithoutValidation("x-request-id", id);
            key = $"request:{id}";
        }

        int status = 0;
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
            await response.Content.ReadAsByteArrayAsync(cancellationToken);
            status = (int)response.StatusCode;
        }
        catch (HttpRequestException)
        {
            // Stays 0; the test says what it makes of that.
        }

        _sent.Enqueue(new SentRequest(key, path, status, callees));
    }

    private static (string Path, string? Body, string[] Callees) Plan(int index)
    {
        bool fails = index % FailEvery == FailEvery - 1;
        int kind = ((index / FailEvery) + (fails ? 0 : index)) % 3;
        return kind switch
        {
            0 when !fails => ("/products", (string?)null, new[] { "web" }),
            1 => ("/checkout", Order(fails ? "JPY" : "EUR", fails ? "4200" : "12.50"), ["web", "payments"]),
            _ => ("/suggestions", $$"""{"customer":"ada","products":["{{(fails ? "tent" : "tea")}}"]}""", ["web", "recommendations", "history"]),
        };
    }

    private static string Order(string currency, string price) =>
        $$"""{"customer":"yuki","currency":"{{currency}}","lines":[{"product":"kettle","price":"{{price}}","quantity":1}]}""";
}
