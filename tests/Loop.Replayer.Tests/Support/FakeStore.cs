using System.Collections.Concurrent;
using System.Security.Cryptography;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Ports;

namespace Loop.Replayer.Tests.Support;

/// <summary>Both ports of the replayer in memory.</summary>
public sealed class FakeStore : IRecordings, IReplayJournal
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<ReplayEvent>> _streams = [];
    private readonly ConcurrentDictionary<string, TaskCompletionSource<ReplayReport>> _finished = [];
    private int _looks;
    private readonly TaskCompletionSource _beginRefused = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Dictionary<string, Recording> Recordings { get; } = [];

    public List<ReplayReport> Earlier { get; } = [];

    public List<string> Nodes { get; } = [];

    public List<Exchange> Seen { get; } = [];

    public Dictionary<string, byte[]> ReplayBodies { get; } = [];

    public Exception? FailOnRegister { get; set; }

    public Exception? FailOnBegin { get; set; }

    /// <summary>How often somebody asked for all replays.</summary>
    public int Looks => Volatile.Read(ref _looks);

    /// <summary>Completes when <see cref="FailOnBegin"/> was thrown.</summary>
    public Task BeginRefused => _beginRefused.Task;

    public IReadOnlyList<ReplayEvent> Stream(string id) => [.. _streams.GetValueOrDefault(id) ?? []];

    public IEnumerable<string> StreamIds => _streams.Keys;

    public Task<ReplayReport> Finished(string id) => Completion(id).Task.WaitAsync(TimeSpan.FromMinutes(2));

    public Task<IReadOnlyList<string>> Find(string prefix) =>
        Task.FromResult<IReadOnlyList<string>>([.. Recordings.Keys.Where(id => id.StartsWith(prefix, StringComparison.Ordinal))]);

    public Task<ConversationDetail?> Describe(string conversationId) => Recordings.GetValueOrDefault(conversationId) is { Unreadable: { } why }
        ? throw new RecordingUnreadableException(conversationId, new IOException(why))
        : Task.FromResult(Recordings.GetValueOrDefault(conversationId)?.Detail);

    public Task<IReadOnlyList<Exchange>> Exchanges(string conversationId) => Task.FromResult(Recordings[conversationId].Exchanges);

    Task<byte[]?> IRecordings.Body(string conversationId, string sha256) => Task.FromResult(Recordings[conversationId].Bodies.GetValueOrDefault(sha256));

    public Task Request(ReplayRequested requested)
    {
        Add(requested.Id, requested);
        return Task.CompletedTask;
    }

    public Task<bool> Begin(string replayId, ReplayBegun begun)
    {
        if (FailOnBegin is { } error)
        {
            _beginRefused.TrySetResult();
            throw error;
        }

        if (Stream(replayId).Any(fact => fact is ReplayFinished || fact is ReplayBegun earlier && earlier.Attempt == begun.Attempt))
            return Task.FromResult(false);
        Add(replayId, begun);
        return Task.FromResult(true);
    }

    public async Task<ReplayProgress?> Progress(string replayId) => Stream(replayId).OfType<ReplayRequested>().FirstOrDefault() is not { } requested ? null : new ReplayProgress
    {
        Requested = requested,
        Report = (await Report(replayId))!,
        Attempts = Stream(replayId).OfType<ReplayBegun>().Count(),
        Holder = Stream(replayId).OfType<ReplayBegun>().LastOrDefault()?.Holder ?? requested.Order?.Holder,
        LastFactAt = requested.At,
        IsSent = Stream(replayId).Any(fact => fact is ReplayRequestSent),
        IsCancelled = Stream(replayId).Any(fact => fact is ReplayCancellationRequested),
        LastSteps = Stream(replayId).OfType<ReplayStepTaken>().GroupBy(step => step.Run).ToDictionary(run => run.Key, run => run.Max(step => step.Step)),
    };

    public Task<IReadOnlyList<string>> RegisterKeys(string replayId)
    {
        if (FailOnRegister is { } error)
            throw error;
        Add(replayId, new ReplayKeysRegistered([.. Nodes], DateTimeOffset.UnixEpoch));
        return Task.FromResult<IReadOnlyList<string>>(Nodes);
    }

    public Task Append(string replayId, ReplayEvent fact)
    {
        Add(replayId, fact);
        if (fact is ReplayFinished finished)
            Completion(replayId).TrySetResult(finished.Report);
        return Task.CompletedTask;
    }

    public Task<string> StoreBody(string replayId, byte[] body)
    {
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(body));
        ReplayBodies[sha256] = body;
        return Task.FromResult(sha256);
    }

    public Task<IReadOnlyList<HeaderField>> Redact(string replayId, IReadOnlyList<HeaderField> headers) => Task.FromResult<IReadOnlyList<HeaderField>>(
        [.. headers.Select(field => field.Name is "set-cookie" or "authorization" ? field with { Value = "loop:token" } : field)]);

    public Task<IReadOnlyList<Exchange>> Observed(string replayId) => Task.FromResult<IReadOnlyList<Exchange>>([.. Seen]);

    Task<byte[]?> IReplayJournal.Body(string replayId, string sha256) => Task.FromResult(ReplayBodies.GetValueOrDefault(sha256));

    public Task<ReplayReport?> Report(string replayId) => Task.FromResult(
        Stream(replayId).OfType<ReplayFinished>().SingleOrDefault()?.Report ?? Earlier.FirstOrDefault(report => report.Id == replayId) ?? Open(replayId));

    public async Task LooksUntil(int count)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));
        while (Looks < count)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
    }

    public Task<IReadOnlyList<ReplayReport>> Replays(string? conversationId, int limit)
    {
        if (conversationId is null)
            Interlocked.Increment(ref _looks);
        return AllOpen(conversationId, limit);
    }

    private Task<IReadOnlyList<ReplayReport>> AllOpen(string? conversationId, int limit) => Task.FromResult<IReadOnlyList<ReplayReport>>(
        [.. _streams.Keys.Where(id => !Stream(id).Any(fact => fact is ReplayFinished)).Select(Open).OfType<ReplayReport>().Concat(Earlier)
            .Where(report => conversationId is null || report.ConversationId == conversationId).Take(limit)]);

    private ReplayReport? Open(string replayId) => Stream(replayId).OfType<ReplayRequested>().FirstOrDefault() is { } requested
        ? Reports.Earlier(requested.Destination, null) with { Id = requested.Id, HopId = requested.HopId, StartedAt = requested.At }
        : null;

    private TaskCompletionSource<ReplayReport> Completion(string id) => _finished.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private void Add(string id, ReplayEvent fact) => _streams.GetOrAdd(id, _ => []).Enqueue(fact);
}
