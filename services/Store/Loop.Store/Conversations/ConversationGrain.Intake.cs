using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.Conversations;
using Loop.Store.Core.Conversations.Tree;

namespace Loop.Store.Conversations;

/// <summary>What the store's own parts ask of a conversation.</summary>
public sealed partial class ConversationGrain
{
    private const int MaxRemembered = 10_000;
    private const int MergeHoldFactor = 10;

    private readonly List<(long Ticket, long Position)> _pendingTickets = [];
    private ConversationSummary? _published;
    private readonly HashSet<ExchangeId> _refused = [];
    private readonly SortedDictionary<string, int> _uncounted = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<Admission> Admit(ExchangeOffer[] offers)
    {
        if (_conversation.State is null)
            return new Admission(Kept: false, null, []);
        if (_conversation.MergedInto is { } into)
            return new Admission(Kept: true, into.Value, []);
        HashSet<ExchangeId> foreign = await OfEarlierGeneration([.. offers.Select(offer => offer.Id)]);
        var wanted = new List<ExchangeId>();
        long offeredBytes = 0;
        foreach (ExchangeOffer offer in offers)
        {
            bool isKnown = _conversation.RecordedIds.Contains(offer.Id) && (offer.IsOpen || !_conversation.OpenIds.Contains(offer.Id));
            if (isKnown || foreign.Contains(offer.Id) || wanted.Contains(offer.Id))
                continue;
            if (Limits.CapBrokenBy(_conversation.Recorded.Count + wanted.Count, _packBytes + offeredBytes, offer.Bytes) is { } cap)
                Refuse(offer.Id, cap);
            else
                wanted.Add(offer.Id);
            offeredBytes += offer.Bytes;
        }

        await CountRefused(isFinal: false);
        return new Admission(Kept: true, null, [.. wanted]);
    }

    /// <inheritdoc/>
    public async Task<string?> RecordSegment(StoredExchange[] exchanges)
    {
        if (_conversation.MergedInto is { } into)
            return into.Value;
        bool isLate = _conversation.State is ConversationState.Sealed;
        int before = _conversation.Recorded.Count;
        TraceKey[] keys = [.. exchanges.SelectMany(exchange => exchange.Head.Keys).Distinct()];

        // The heads join the list before the append decides, since the description of the next state needs them; a failed append drops the whole grain.
        Dictionary<ExchangeId, Exchange> heads = exchanges.DistinctBy(exchange => exchange.Head.Id).ToDictionary(exchange => exchange.Head.Id, exchange => exchange.Head);
        _incoming = heads;
        await Apply(new RecordExchanges(exchanges, _packBytes, time.GetUtcNow()), new AddKeys(keys));
        int added = _conversation.Recorded.Count - before;
        _packBytes += exchanges.Sum(exchange => exchange.StoredBytes);
        if (added > 0)
        {
            telemetry.Instruments.OnRecorded(added, isLate);
            _progress?.Arrived(time.GetUtcNow());
        }

        ScheduleCheck();
        return null;
    }

    /// <inheritdoc/>
    public Task<ExchangeId[]> Known(ExchangeId[] ids) => Task.FromResult(ids.Where(id =>
        _conversation.RecordedIds.Contains(id) || _conversation.Trigger?.ExchangeId == id || _conversation.FurtherTriggers.Any(trigger => trigger.ExchangeId == id)).ToArray());

    /// <inheritdoc/>
    public Task<ConversationProgress> Progress() => Task.FromResult(new ConversationProgress(
        _conversation.State,
        _conversation.Generation,
        _conversation.Seal?.At,
        _conversation.MergedInto?.Value,
        _conversation.Recorded.Count,
        [.. _conversation.Recorded.Select(place => place.Segment).Distinct()],
        _conversation.Trigger is null ? [] : [_conversation.Trigger, .. _conversation.FurtherTriggers.Select(WithKeys)]));

    // Stored without them; whoever takes the trigger over needs the names by which its exchanges are found.
    private Trigger WithKeys(Trigger further) => further.Keys.Count > 0 ? further : further with { Keys = _conversation.Keys };

    /// <inheritdoc/>
    public Task Asked(string node)
    {
        // An answer may have overtaken this call; the node's next words, or the link's end, settle it either way.
        if (_progress is not null && surroundings.Nodes.Owes(node, Id))
            _progress.Asked([node]);
        ScheduleCheck();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task HeardOfLoss()
    {
        _hasLost = true;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ConversationProgress> BeginMerge()
    {
        HoldForMerge();
        return Progress();
    }

    /// <inheritdoc/>
    public async Task<bool> MergeInto(string into, int copied)
    {
        if (_conversation.State is not ConversationState.Open)
            return true;
        if (_conversation.Recorded.Count > copied)
            return false;
        await Apply(new MergeConversation(ConversationId.Parse(into), time.GetUtcNow()));
        StopCollecting();
        surroundings.Nodes.Unwatch(Id);
        surroundings.Directory.Forget(ConversationId.Parse(Id));
        telemetry.Instruments.OnMerged();
        return true;
    }

    // A ring still holds what the earlier generation recorded under the same keys: that is no part of this one.
    private async Task<HashSet<ExchangeId>> OfEarlierGeneration(IReadOnlyCollection<ExchangeId> ids)
    {
        if (_conversation.Generation <= 1 || ids.Count == 0)
            return [];
        var earlier = ConversationId.From(Conversation.PrimaryKey(_conversation.Trigger!.Keys), _conversation.Generation - 1);
        return [.. await GrainFactory.GetGrain<IConversationIntake>(earlier.Value).Known([.. ids])];
    }

    private void Refuse(ExchangeId id, string cap)
    {
        if (_refused.Count >= MaxRemembered || !_refused.Add(id))
            return;
        telemetry.Instruments.OnRefused(1);
        _uncounted[cap] = _uncounted.GetValueOrDefault(cap) + 1;
    }

    // Written when the count doubles and at the seal, so that a million refused exchanges are a handful of facts.
    private async Task CountRefused(bool isFinal)
    {
        int uncounted = _uncounted.Values.Sum();
        if (uncounted == 0 || (!isFinal && uncounted < _conversation.Refused))
            return;
        ConversationCommand[] commands = [.. _uncounted.Select(pair => new RefuseExchanges(pair.Value, pair.Key))];
        _uncounted.Clear();
        await Apply(commands);
        if (!isFinal)
        {
            // Nothing more can be kept: nodes need not send it.
            surroundings.Nodes.Unwatch(Id);
            _progress?.StopWaiting();
            ScheduleCheck();
        }
    }

    // Of what a node lost after it answered it has told no more than that there is something, or not even that; and what it could not deliver may still be in its ring.
    private bool AskAgain(DateTimeOffset now)
    {
        if (_isAskedAgain || !(_hasLost || Description.HasUnexplainedHole))
            return false;
        _isAskedAgain = true;
        _progress!.Arrived(now);
        surroundings.Nodes.CollectAnew(Id, _conversation.Keys);
        return true;
    }

    private async Task PublishIfBehind()
    {
        if (_publishedVersion == _version || _conversation.State is null)
            return;
        if (_incoming is { } heads)
        {
            TakeIn(heads);
            _incoming = null;
        }

        ConversationSummary summary = Description.Summary();
        await publisher.Publish(_conversation, Description, isNews: summary != _published, CancellationToken.None);
        _published = summary;
        _publishedVersion = _version;
        foreach ((long ticket, long position) in _pendingTickets)
            surroundings.Checkpoint.Complete(ticket, position);
        _pendingTickets.Clear();
    }

    private void TakeIn(Dictionary<ExchangeId, Exchange> heads)
    {
        for (int index = 0; index < _conversation.Recorded.Count; index++)
        {
            RecordedPlace place = _conversation.Recorded[index];
            if (index == _recorded.Count)
                _recorded.Add(new RecordedExchange(heads[place.Id], place.Late));
            else if (_recorded[index].Exchange.End is ExchangeEnd.Open && !_conversation.OpenIds.Contains(place.Id) && heads.TryGetValue(place.Id, out Exchange? whole))
                _recorded[index] = new RecordedExchange(whole, place.Late);
        }
    }

    private void TakeUpNewKeys(List<ConversationEvent> facts)
    {
        if (_conversation.State is not ConversationState.Open || !facts.Any(fact => fact is TraceKeysAdded))
            return;
        Claim();
        AskNodes();
    }

    private void Claim()
    {
        foreach (MergeRequest merge in surroundings.Directory.Claim(_conversation.Id!.Value, _conversation.Generation, _conversation.Keys, _conversation.KeptAt))
        {
            if (merge.From == _conversation.Id)
                HoldForMerge();
            surroundings.Merges.Enqueue(merge);
        }
    }

    // A conversation that seals before its merge got round to it stays one of its own for ever; merges are few and copying is slow where disks are.
    private void HoldForMerge() => _mergeUntil = time.GetUtcNow() + (MergeHoldFactor * options.Value.AnswerTimeout);
}
