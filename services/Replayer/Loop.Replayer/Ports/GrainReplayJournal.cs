using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;

namespace Loop.Replayer.Ports;

/// <summary>Writes replays through their grains.</summary>
internal sealed class GrainReplayJournal(IGrainFactory grains) : IReplayJournal
{
    public Task Request(ReplayRequested requested) => Replay(requested.Id).Request(requested);

    public Task<bool> Begin(string replayId, ReplayBegun begun) => Replay(replayId).Begin(begun);

    public Task<ReplayProgress?> Progress(string replayId) => Replay(replayId).Progress();

    public Task<IReadOnlyList<string>> RegisterKeys(string replayId) => Replay(replayId).RegisterKeys();

    public Task Append(string replayId, ReplayEvent fact) => Replay(replayId).Append(fact);

    public Task<string> StoreBody(string replayId, byte[] body) => Replay(replayId).StoreBody(body);

    public Task<IReadOnlyList<HeaderField>> Redact(string replayId, IReadOnlyList<HeaderField> headers) => Replay(replayId).Redact(headers);

    public Task<IReadOnlyList<Exchange>> Observed(string replayId) => Replay(replayId).Observed();

    public Task<byte[]?> Body(string replayId, string sha256) => Replay(replayId).Body(sha256);

    public Task<ReplayReport?> Report(string replayId) => Replay(replayId).Report();

    public Task<IReadOnlyList<ReplayReport>> Replays(string? conversationId, int limit) =>
        grains.GetGrain<IDirectoryGrain>("default").Replays(conversationId, limit);

    private IReplayGrain Replay(string id) => grains.GetGrain<IReplayGrain>(id);
}
