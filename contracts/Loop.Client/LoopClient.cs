using System.Text.Json;
using Loop.Contracts.Api;

namespace Loop.Client;

/// <summary>
/// The REST API, typed. Every method throws <see cref="LoopUnreachableException"/> when no answer comes, <see cref="LoopApiException"/> when the
/// server refuses and <see cref="LoopAnswerException"/> when something else than Loop answers. Safe for concurrent use.
/// </summary>
public sealed partial class LoopClient : IDisposable
{
    private const string Root = "api/v1/";
    private readonly LoopTransport _transport;
    private readonly LoopClientOptions _options;

    /// <summary>Opens no connection yet.</summary>
    public LoopClient(LoopClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _transport = new LoopTransport(options);
    }

    /// <summary>A page of conversations, newest first. <paramref name="before"/> is <see cref="Page{T}.Next"/> of the page before.</summary>
    public Task<Page<ConversationSummary>> ListConversations(int limit, string? before, CancellationToken cancellationToken)
    {
        string query = $"{Root}conversations?limit={limit}" + (before is null ? "" : $"&before={Uri.EscapeDataString(before)}");
        return _transport.Get<Page<ConversationSummary>>(query, cancellationToken);
    }

    /// <summary>Everything but bodies of one conversation, by id or unique prefix.</summary>
    public Task<ConversationDetail> GetConversation(string idOrPrefix, CancellationToken cancellationToken) =>
        _transport.Get<ConversationDetail>($"{Root}conversations/{Uri.EscapeDataString(idOrPrefix)}", cancellationToken);

    /// <summary>Keeps what the rings still hold of a trace id, traceparent or request id; returns the conversation's id.</summary>
    public async Task<string> Keep(string key, CancellationToken cancellationToken)
    {
        JsonElement answer = await _transport.Post<JsonElement>($"{Root}conversations", new { key }, cancellationToken);
        if (answer.ValueKind is JsonValueKind.Object && answer.TryGetProperty("id", out JsonElement id) && id.ValueKind is JsonValueKind.String)
            return id.GetString()!;
        throw new LoopAnswerException(_options.Url, "the kept conversation has no id");
    }

    /// <summary>Health of everything.</summary>
    public Task<SystemStatus> GetStatus(CancellationToken cancellationToken) => _transport.Get<SystemStatus>($"{Root}status", cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();
}
