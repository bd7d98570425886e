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

    /// <summary>What a replay in a sandbox would do, and which stored replays prove that the failure happens under the same plan; nothing is replayed.</summary>
    public Task<ReplayCheck> CheckReplay(ReplayRequest request, CancellationToken cancellationToken) =>
        _transport.Post<ReplayCheck>($"{Root}replays/check", request, cancellationToken);

    /// <summary>The report as far as it goes.</summary>
    public Task<ReplayReport> GetReplay(string id, CancellationToken cancellationToken) =>
        _transport.Get<ReplayReport>($"{Root}replays/{Uri.EscapeDataString(id)}", cancellationToken);

    /// <summary>Cancels a replay that waits or runs.</summary>
    public Task<ReplayReport> CancelReplay(string id, CancellationToken cancellationToken) =>
        _transport.Delete<ReplayReport>($"{Root}replays/{Uri.EscapeDataString(id)}", cancellationToken);

    /// <summary>Replays, newest first, of one conversation or (null) of all.</summary>
    public Task<IReadOnlyList<ReplayReport>> ListReplays(string? conversation, int limit, CancellationToken cancellationToken)
    {
        string query = $"{Root}replays?limit={limit}" + (conversation is null ? "" : $"&conversation={Uri.EscapeDataString(conversation)}");
        return Items(query, cancellationToken);
    }

    /// <summary>One hop of a run in a sandbox beside its recording.</summary>
    /// <param name="id">Id of the replay.</param>
    /// <param name="run">Run, from 1.</param>
    /// <param name="hop">Number, id or label of the hop.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<HopComparison> GetReplayedHop(string id, int run, string hop, CancellationToken cancellationToken) =>
        _transport.Get<HopComparison>($"{Root}replays/{Uri.EscapeDataString(id)}/runs/{run}/hops/{Uri.EscapeDataString(hop)}", cancellationToken);

    /// <summary>What a live service wrote in a run; the caller disposes it.</summary>
    public async Task<RecordedBody> OpenReplayLog(string id, int run, string service, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Root}replays/{Uri.EscapeDataString(id)}/runs/{run}/logs/{Uri.EscapeDataString(service)}");
        HttpResponseMessage response = await _transport.Open(request, cancellationToken);
        return new RecordedBody(response, await response.Content.ReadAsStreamAsync(cancellationToken));
    }

    /// <summary>The noise mask that a replay compared under.</summary>
    public Task<GivenNoise> GetReplayNoise(string id, CancellationToken cancellationToken) =>
        _transport.Get<GivenNoise>($"{Root}replays/{Uri.EscapeDataString(id)}/noise", cancellationToken);

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
