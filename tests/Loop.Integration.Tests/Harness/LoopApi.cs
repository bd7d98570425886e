using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Loop.Contracts.Api;

namespace Loop.Integration.Tests.Harness;

/// <summary>What the tests ask of a server, through its public API.</summary>
internal sealed class LoopApi(Uri server) : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly HttpClient _http = new() { BaseAddress = server };

    public HttpClient Http => _http;

    public async Task<IReadOnlyList<ConversationSummary>> List(CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync<Page<ConversationSummary>>("/api/v1/conversations?limit=500", Json, cancellationToken))!.Items;

    public async Task<ConversationDetail> Show(string id, CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync<ConversationDetail>($"/api/v1/conversations/{id}", Json, cancellationToken))!;

    public async Task<SystemStatus> Status(CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync<SystemStatus>("/api/v1/status", Json, cancellationToken))!;

    /// <summary>Asks again and again until the list is as expected; fails with the last one seen.</summary>
    public async Task<IReadOnlyList<ConversationSummary>> ListUntil(Func<IReadOnlyList<ConversationSummary>, bool> isExpected, string expectation, CancellationToken cancellationToken, int limitSeconds = 30)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(limitSeconds));
        IReadOnlyList<ConversationSummary> last = [];
        while (true)
        {
            last = await List(cancellationToken);
            if (isExpected(last))
                return last;
            try
            {
                await Task.Delay(Pause, limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"Expected {expectation}; the list holds {JsonSerializer.Serialize(last, Json)}");
            }
        }
    }

    public void Dispose() => _http.Dispose();
}
