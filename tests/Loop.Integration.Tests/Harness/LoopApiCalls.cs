using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;

namespace Loop.Integration.Tests.Harness;

/// <summary>Further calls of the tests of faults.</summary>
internal static class LoopApiCalls
{
    /// <summary>All pages.</summary>
    public static async Task<IReadOnlyList<ConversationSummary>> ListAll(this LoopApi api, CancellationToken cancellationToken)
    {
        var all = new List<ConversationSummary>();
        string? before = null;
        do
        {
            string page = before is null ? "" : $"&before={Uri.EscapeDataString(before)}";
            Page<ConversationSummary> read = (await api.Http.GetFromJsonAsync<Page<ConversationSummary>>($"/api/v1/conversations?limit=500{page}", LoopJson.Options, cancellationToken))!;
            all.AddRange(read.Items);
            before = read.Next;
        }
        while (before is not null);
        return all;
    }

    public static async Task<byte[]> Body(this LoopApi api, string id, string hop, string side, CancellationToken cancellationToken) =>
        await api.Http.GetByteArrayAsync($"/api/v1/conversations/{id}/hops/{Uri.EscapeDataString(hop)}/{side}/body", cancellationToken);

    /// <summary>Keeps by hand; null when nothing was kept.</summary>
    public static async Task<ConversationSummary?> KeepSummary(this LoopApi api, string key, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await api.Http.PostAsJsonAsync("/api/v1/conversations", new { key }, cancellationToken);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<ConversationSummary>(LoopJson.Options, cancellationToken) : null;
    }

    /// <summary>Asks and returns what a refusal says: status and the text of the problem.</summary>
    public static async Task<(HttpStatusCode Status, string Text)> Ask(this LoopApi api, HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using HttpResponseMessage answer = await api.Http.SendAsync(request, cancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>Ids that the live stream tells of, until it ends or <paramref name="cancellationToken"/> fires.</summary>
    public static async Task Tail(this LoopApi api, Action<string> onConversation, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await api.Http.GetAsync("/api/v1/tail", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal) && JsonSerializer.Deserialize<ConversationSummary>(line[6..], LoopJson.Options) is { } told)
                onConversation(told.Id);
        }
    }

    /// <summary>Waits until every conversation that there is, is sealed.</summary>
    public static async Task<IReadOnlyList<ConversationSummary>> AllSealed(this LoopApi api, CancellationToken cancellationToken)
    {
        await api.StatusUntil(status => status.Store.Open == 0, "no open conversation", cancellationToken);
        return await api.ListAll(cancellationToken);
    }

    /// <summary>Asks for the status again and again until it is as expected.</summary>
    public static async Task<SystemStatus> StatusUntil(this LoopApi api, Func<SystemStatus, bool> isExpected, string expectation, CancellationToken cancellationToken, int limitSeconds = 45)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(limitSeconds));
        SystemStatus? last = null;
        while (true)
        {
            last = await api.Status(cancellationToken);
            if (isExpected(last))
                return last;
            try
            {
                await Task.Delay(100, limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"Expected {expectation}; the status is {JsonSerializer.Serialize(last, LoopJson.Options)}");
            }
        }
    }
}
