using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Redaction;
using Loop.Contracts.Replays;
using Loop.Store.Conversations;
using Loop.Store.Core.Events;
using Loop.Store.Core.Packs;
using Loop.Store.Core.ReadModels;
using Loop.Store.Nodes;

namespace Loop.Store.Replays;

/// <summary>One replay's facts. What happens only once is recorded only once, however often a replayer repeats it.</summary>
public sealed class ReplayGrain(
    ReplayJournal journal,
    IConversationIndex index,
    IPackStore packs,
    ConversationSurroundings surroundings,
    HeaderRedactor redactor,
    GrainTelemetry telemetry,
    TimeProvider time) : Grain, IReplayGrain
{
    private static readonly TimeSpan RegistrationTimeout = TimeSpan.FromSeconds(2);

    private List<ReplayEvent> _facts = [];
    private long _version = -1;
    private List<Exchange> _observed = [];
    private HashSet<ExchangeId> _observedIds = [];

    private string Id => this.GetPrimaryKeyString();

    private INodeCommands Nodes => surroundings.Nodes;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (_facts, _version) = await journal.Load(Id, cancellationToken);
        _observed = await journal.Heads(Id, _facts, cancellationToken);
        _observedIds = [.. _observed.Select(exchange => exchange.Id)];
    }

    /// <inheritdoc/>
    public async Task Request(ReplayRequested requested)
    {
        if (requested.Id != Id)
            throw new ArgumentException($"Replay {requested.Id} was sent to the grain of {Id}.", nameof(requested));
        await Once(requested);
    }

    /// <inheritdoc/>
    public async Task<bool> Begin(ReplayBegun begun)
    {
        if (_facts.Count == 0)
            throw new InvalidOperationException($"Replay {Id} was not asked for.");
        if (_facts.Any(fact => fact is ReplayFinished || IsSame(fact, begun)))
            return false;
        await Append([begun]);
        return true;
    }

    /// <inheritdoc/>
    public Task<ReplayProgress?> Progress() => Task.FromResult(ReplayReports.Progress(_facts));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> RegisterKeys()
    {
        ReplayRequested requested = _facts.OfType<ReplayRequested>().FirstOrDefault() ?? throw new InvalidOperationException($"Replay {Id} was not asked for.");
        string[] nodes = [.. await Nodes.RegisterReplayKeys(Id, requested.Keys, RegistrationTimeout, CancellationToken.None)];
        await Once(new ReplayKeysRegistered(nodes, time.GetUtcNow()));
        return nodes;
    }

    /// <inheritdoc/>
    public async Task Append(ReplayEvent fact)
    {
        if (_facts.Count == 0)
            throw new InvalidOperationException($"Replay {Id} was not asked for.");
        await Once(fact);
        if (fact is ReplayFinished)
            Nodes.UnregisterReplayKeys(Id);
    }

    /// <inheritdoc/>
    public Task<string> StoreBody(byte[] body) => packs.WriteBody(ReplayJournal.Owner(Id), body, CancellationToken.None);

    /// <inheritdoc/>
    public Task<IReadOnlyList<HeaderField>> Redact(IReadOnlyList<HeaderField> headers) =>
        Task.FromResult<IReadOnlyList<HeaderField>>(redactor.Redact(headers, out _).ToArray());

    /// <inheritdoc/>
    public async Task Record(IReadOnlyList<StoredExchange> exchanges)
    {
        StoredExchange[] added = [.. exchanges.Where(exchange => !_observedIds.Contains(exchange.Head.Id)).DistinctBy(exchange => exchange.Head.Id)];
        if (_facts.Count == 0 || added.Length == 0)
            return;
        DateTimeOffset now = time.GetUtcNow();
        await Append([.. added.Select(exchange => new ReplayExchangeObserved(exchange.Head.Id, exchange.Segment, exchange.Ordinal, now))]);
        foreach (StoredExchange exchange in added)
        {
            _observed.Add(exchange.Head);
            _observedIds.Add(exchange.Head.Id);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Exchange>> Observed() => Task.FromResult<IReadOnlyList<Exchange>>(_observed.ToArray());

    /// <inheritdoc/>
    public Task<byte[]?> Body(string sha256) => packs.ReadBody(ReplayJournal.Owner(Id), sha256, CancellationToken.None);

    /// <inheritdoc/>
    public Task<ReplayReport?> Report() => Task.FromResult(ReplayReports.From(_facts));

    private Task Once(ReplayEvent fact) => _facts.Any(known => IsSame(known, fact)) ? Task.CompletedTask : Append([fact]);

    // Runs have many steps, and a replay may be begun again; everything else happens once.
    private static bool IsSame(ReplayEvent known, ReplayEvent fact) => (known, fact) switch
    {
        (ReplayStepTaken earlier, ReplayStepTaken step) => earlier.Run == step.Run && earlier.Step == step.Step,
        (ReplayBegun earlier, ReplayBegun begun) => earlier.Attempt == begun.Attempt,
        _ => known.GetType() == fact.GetType(),
    };

    private async Task Append(ReplayEvent[] facts)
    {
        long ticket = surroundings.Checkpoint.Begin();
        AppendResult result;
        try
        {
            result = await journal.Append(Id, _version, facts, CancellationToken.None);
        }
        catch (Exception exception)
        {
            telemetry.AppendFailed($"replay {Id}", exception);
            DeactivateOnIdle();
            throw;
        }

        _version = result.Version;
        _facts.AddRange(facts);
        if (ReplayReports.From(_facts) is { } report)
            await index.Upsert(report, CancellationToken.None);
        surroundings.Checkpoint.Complete(ticket, result.Position);
    }
}
