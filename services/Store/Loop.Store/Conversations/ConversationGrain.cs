using System.Diagnostics;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Conversations;
using Loop.Store.Core.Conversations.Tree;
using Loop.Store.Core.Events;
using Loop.Store.Core.Packs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Loop.Store.Conversations;

/// <summary>One conversation: loads its stream, calls the pure decider, appends, publishes. Not reentrant; it waits for the event store and the index only.</summary>
public sealed partial class ConversationGrain(
    ConversationJournal journal,
    ConversationPublisher publisher,
    ConversationSurroundings surroundings,
    IPackStore packs,
    IOptions<ConversationOptions> options,
    GrainTelemetry telemetry,
    TimeProvider time) : Grain, IConversationGrain, IConversationIntake
{
    private Conversation _conversation = Conversation.NotKept;
    private long _version = -1;
    private long _publishedVersion = -1;
    private long _packBytes;
    private long _compactedBytes;
    private List<RecordedExchange> _recorded = [];
    private ConversationDescription? _description;

    private string Id => this.GetPrimaryKeyString();

    private ConversationLimits Limits => options.Value.Limits;

    private ConversationDescription Description => _description ??= new ConversationDescription(_conversation, _recorded);

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        LoadedConversation loaded = await journal.Load(Id, cancellationToken);
        (_conversation, _version, _recorded, _packBytes) = loaded;

        // The start brought the index up to date; only what is still open may have been left behind by a failure of this process.
        _publishedVersion = _conversation.State is ConversationState.Open ? -1 : _version;
        if (_conversation.State is ConversationState.Open)
            StartCollecting(isResumed: true);
    }

    /// <inheritdoc/>
    public async Task Trigger(Trigger trigger, int generation)
    {
        using Activity? span = StoreActivities.Keep(Id, trigger);
        DateTimeOffset now = time.GetUtcNow();
        if (_conversation.State is ConversationState.Merged)
        {
            await GrainFactory.GetGrain<IConversationGrain>(_conversation.MergedInto!.Value.Value).Trigger(trigger, generation);
            return;
        }

        await Apply(new KeepConversation(ConversationId.Parse(Id), generation, trigger, now), new AddKeys(trigger.Keys));
        if (_conversation.State is ConversationState.Open && _progress is null)
            StartCollecting(isResumed: false); // Not only at the first one: that may have been written, and the index not, so that its call failed.
        else if (_conversation.State is ConversationState.Open)
            Claim(); // The caller of an earlier trigger may have given up on it and forgotten the keys.
        ScheduleCheck();
    }

    /// <inheritdoc/>
    public async Task Record(IReadOnlyList<StoredExchange> exchanges) => await RecordSegment([.. exchanges]);

    /// <inheritdoc/>
    public async Task NodeAnswered(NodeAnswer answer)
    {
        // A sealed one that counts the node as silent takes a late answer, which is why its holes are; otherwise the answers before the seal stand.
        bool isLateWord = _conversation.State is ConversationState.Sealed && (_isAskedAgain || _conversation.Nodes.GetValueOrDefault(answer.Node) is NodeDidNotAnswer);
        if (_conversation.State is not ConversationState.Open && !isLateWord)
            return;
        HashSet<ExchangeId> foreign = await OfEarlierGeneration([.. answer.Losses.Select(loss => loss.Exchange).OfType<ExchangeId>()]);
        await Apply(new AcceptNodeAnswer(answer with { Losses = [.. answer.Losses.Where(loss => loss.Exchange is not { } exchange || !foreign.Contains(exchange))] }));
        _progress?.Answered(answer.Node, answer.OpenCount, time.GetUtcNow());
        if (_openUntil is not null && _progress?.IsAnswerOwed is false)
            _openUntil = time.GetUtcNow();
        SeekControl(isSealed: false);
        ScheduleCheck();
    }

    /// <inheritdoc/>
    public Task OpenChanged(string node, int openCount)
    {
        _progress?.OpenChanged(node, openCount, time.GetUtcNow());
        SeekControl(isSealed: false);
        ScheduleCheck();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task NodeLost(string node, string why)
    {
        if (_conversation.State is not ConversationState.Open || _progress is null)
            return;

        // This may come late: the node answered meanwhile, or dialled again and was asked anew. What it said of open exchanges then stands.
        bool isOwing = surroundings.Nodes.IsConnected(node) ? _progress.OwesAnswer(node) : _progress.Owes(node);
        if (!isOwing)
            return;
        telemetry.Instruments.OnNodeSilent();
        if (_openUntil is null)
            _progress.Lost(node);
        else
            _progress.Silent(node);
        await Apply(new LoseNode(node, why, time.GetUtcNow()));
        ScheduleCheck();
    }

    /// <inheritdoc/>
    public Task Resume() => Task.CompletedTask; // Activation resumed it.

    /// <inheritdoc/>
    public async Task<ConversationDetail?> Describe()
    {
        await PublishIfBehind();
        return _conversation.State is null or ConversationState.Merged ? null : Description.Detail();
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Exchange>> Exchanges() =>
        Task.FromResult<IReadOnlyList<Exchange>>(_conversation.State is null or ConversationState.Merged ? [] : Description.Exchanges.ToArray());

    /// <inheritdoc/>
    public Task<byte[]?> Body(string sha256) => packs.ReadBody(ConversationJournal.Owner(Id), sha256, CancellationToken.None);

    /// <summary>Decide → append → evolve → publish. What the caller is told is visible by then.</summary>
    private async Task Apply(params ConversationCommand[] commands)
    {
        var facts = new List<ConversationEvent>();
        Conversation next = _conversation;
        foreach (ConversationCommand command in commands)
        {
            IReadOnlyList<ConversationEvent> decided = ConversationDecider.Decide(command, next, Limits);
            facts.AddRange(decided);
            next = decided.Aggregate(next, (state, fact) => state.Evolve(fact));
        }

        if (facts.Count > 0)
            await Append(facts, next);
        await PublishIfBehind();
        TakeUpNewKeys(facts);
    }

    private async Task Append(List<ConversationEvent> facts, Conversation next)
    {
        long ticket = surroundings.Checkpoint.Begin();
        long started = time.GetTimestamp();
        try
        {
            AppendResult result = await journal.Append(Id, _version, facts, CancellationToken.None);
            _version = result.Version;
            _conversation = next;
            _description = null;
            _pendingTickets.Add((ticket, result.Position));
            telemetry.Instruments.OnAppended(time.GetElapsedTime(started));
        }
        catch (Exception exception)
        {
            // Whether it was written is not known: the ticket stays open (a restart repeats from there) and the stream is read again.
            telemetry.AppendFailed(Id, exception);
            DeactivateOnIdle();
            WakeAfterFailure();
            throw;
        }
    }
}
