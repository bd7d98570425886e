using System.Text.Json;
using Loop.Contracts.Api;
using Loop.Contracts.Replays;

namespace Loop.Client;

/// <content>Replays.</content>
public sealed partial class LoopClient
{
    /// <summary>Asks for a replay; it runs on when this returns. Follow it with <see cref="GetReplay"/>.</summary>
    public Task<ReplayReport> StartReplay(ReplayRequest request, CancellationToken cancellationToken) =>
        _transport.Post<ReplayReport>($"{Root}replays", request, cancellationToken);

    /// <summary>The report as far as it goes.</summary>
    public Task<ReplayReport> GetReplay(string id, CancellationToken cancellationToken) =>
        _transport.Get<ReplayReport>($"{Root}replays/{Uri.EscapeDataString(id)}", cancellationToken);

    /// <summary>Replays, newest first, of one conversation or (null) of all.</summary>
    public Task<IReadOnlyList<ReplayReport>> ListReplays(string? conversation, int limit, CancellationToken cancellationToken)
    {
        string query = $"{Root}replays?limit={limit}" + (conversation is null ? "" : $"&conversation={Uri.EscapeDataString(conversation)}");
        return Items(query, cancellationToken);
    }

    // A bare array and a page are both understood: the list is short enough to be either.
    private async Task<IReadOnlyList<ReplayReport>> Items(string query, CancellationToken cancellationToken)
    {
        JsonElement answer = await _transport.Get<JsonElement>(query, cancellationToken);
        try
        {
            JsonElement items = answer.ValueKind is JsonValueKind.Object ? answer.GetProperty("items") : answer;
            return items.Deserialize<IReadOnlyList<ReplayReport>>(LoopJson.Options) ?? [];
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException)
        {
            throw new LoopAnswerException(_options.Url, $"the list of replays is none ({exception.Message})", exception);
        }
    }
}
