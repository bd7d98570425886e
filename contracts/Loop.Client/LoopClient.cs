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

    /// <summary>A page of conversations, newest first. <paramref name="before"/> is <see cref="Page{T}.Next"/> of the page before; <paramref name="controls"/> shows those that were kept beside failures, too.</summary>
    public Task<Page<ConversationSummary>> ListConversations(int limit, string? before, bool controls, CancellationToken cancellationToken)
    {
        string query = $"{Root}conversations?limit={limit}" + (before is null ? "" : $"&before={Uri.EscapeDataString(before)}") + (controls ? "&controls=true" : "");
        return _transport.Get<Page<ConversationSummary>>(query, cancellationToken);
    }

    /// <summary>Everything but bodies of one conversation, by id or unique prefix.</summary>
    public Task<ConversationDetail> GetConversation(string idOrPrefix, CancellationToken cancellationToken) =>
        _transport.Get<ConversationDetail>($"{Root}conversations/{Uri.EscapeDataString(idOrPrefix)}", cancellationToken);

    /// <summary>Health of everything.</summary>
    public Task<SystemStatus> GetStatus(CancellationToken cancellationToken) => _transport.Get<SystemStatus>($"{Root}status", cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();
}
