using Loop.Contracts.Api;

namespace Loop.Client;

/// <content>Conversations as files.</content>
public sealed partial class LoopClient
{
    /// <summary>A sealed conversation as a document, for <see cref="ImportConversation"/> of another server; the caller disposes it.</summary>
    public async Task<RecordedBody> ExportConversation(string idOrPrefix, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Root}conversations/{Uri.EscapeDataString(idOrPrefix)}/export");
        HttpResponseMessage response = await _transport.Open(request, cancellationToken);
        return new RecordedBody(response, await response.Content.ReadAsStreamAsync(cancellationToken));
    }

    /// <summary>Takes in a conversation that another server exported; once more is a no-op.</summary>
    public Task<ConversationSummary> ImportConversation(Stream document, CancellationToken cancellationToken) =>
        _transport.PostJson<ConversationSummary>($"{Root}conversations/import", document, cancellationToken);
}
