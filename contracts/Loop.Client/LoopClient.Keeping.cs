using System.Text.Json;
using Loop.Contracts.Api;

namespace Loop.Client;

/// <content>Keeping by hand.</content>
public sealed partial class LoopClient
{
    /// <summary>Keeps what the rings still hold of a trace id, traceparent or request id, or takes the kept conversation whose id begins so; returns its id.</summary>
    /// <param name="key">A key, or the beginning of an id.</param>
    /// <param name="wrong">A recorded value that is wrong, <c>HOP response $.path</c>; null when nothing is.</param>
    /// <param name="expect">What should stand there, as JSON or a word; null when nobody said.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<string> Keep(string key, string? wrong, string? expect, CancellationToken cancellationToken)
    {
        JsonElement answer = await _transport.Post<JsonElement>($"{Root}conversations", new { key, wrong, expect }, cancellationToken);
        if (answer.ValueKind is JsonValueKind.Object && answer.TryGetProperty("id", out JsonElement id) && id.ValueKind is JsonValueKind.String)
            return id.GetString()!;
        throw new LoopAnswerException(_options.Url, "the kept conversation has no id");
    }

    /// <summary>Keeps the requests of the session of a request, which is named as for <see cref="Keep"/>.</summary>
    public Task<KeptSession> KeepSession(string key, CancellationToken cancellationToken) =>
        _transport.Post<KeptSession>($"{Root}sessions", new { key }, cancellationToken);
}
