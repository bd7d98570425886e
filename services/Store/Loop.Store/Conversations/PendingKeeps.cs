using System.Collections.Concurrent;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Loop.Store.Conversations;

/// <summary>What came of a keep by hand.</summary>
/// <param name="Id">The conversation; null when nothing is kept.</param>
/// <param name="IsNew">False when it was kept before.</param>
/// <param name="Asked">Nodes that were asked.</param>
/// <param name="Silent">Those of them that did not answer.</param>
public sealed record KeepResult(ConversationId? Id, bool IsNew, IReadOnlyList<string> Asked, IReadOnlyList<string> Silent);

/// <summary>Keeps by hand that wait for a first exchange: nodes are asked before anything is written, so that a key that nobody holds leaves no trace.</summary>
public sealed class PendingKeeps(IServiceProvider services, IOptions<ConversationOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Pending> _pending = new(StringComparer.Ordinal);

    // Resolved late: the registry's sessions record through this class.
    private NodeRegistry Nodes => services.GetRequiredService<NodeRegistry>();

    private IGrainFactory Grains => services.GetRequiredService<IGrainFactory>();

    private ConversationAssigner Assigner => services.GetRequiredService<ConversationAssigner>();

    /// <summary>Keeps what the nodes hold of these keys.</summary>
    public Task<KeepResult> Keep(IReadOnlyList<TraceKey> keys, CancellationToken cancellationToken) => Keep(ByHand(keys), cancellationToken);

    /// <summary>The trigger of a person.</summary>
    public Trigger ByHand(IReadOnlyList<TraceKey> keys) => new(Trigger.ManualRule, "kept by hand", null, keys, time.GetUtcNow());

    /// <summary>Keeps what the nodes hold of the trigger's keys.</summary>
    public async Task<KeepResult> Keep(Trigger trigger, CancellationToken cancellationToken)
    {
        IReadOnlyList<TraceKey> keys = trigger.Keys;
        if (await Assigner.Existing(keys, cancellationToken) is { } existing)
            return new KeepResult(existing, IsNew: trigger.Rule == Trigger.ManualRule && await Adopt(existing, trigger.Session), [], []);
        (ConversationId id, _) = await Assigner.NextGeneration(keys, cancellationToken);
        Pending pending = _pending.GetOrAdd(id.Value, _ => new Pending(trigger));
        try
        {
            IReadOnlyList<string> asked = pending.Ask(() => Nodes.Collect(id.Value, keys));
            await Task.WhenAny(pending.Kept.Task, pending.AllAnswered.Task, Task.Delay(options.Value.AnswerTimeout, time, cancellationToken));
            // Who has just had his answer asks before the proxy's report of it is here; what is open completes.
            if (asked.Count > 0 && !pending.Kept.Task.IsCompleted)
                await Task.WhenAny(pending.Kept.Task, Task.Delay(options.Value.KeepGrace, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            if (pending.Kept.Task.IsCompleted)
            {
                ConversationId kept = await pending.Kept.Task;
                // Two may ask at once, and only one trigger began it.
                if (!ReferenceEquals(pending.Trigger, trigger) && trigger.Rule == Trigger.ManualRule)
                    await Adopt(kept, trigger.Session);
                return new KeepResult(kept, IsNew: true, asked, []);
            }

            Nodes.Unwatch(id.Value);
            return new KeepResult(null, IsNew: false, asked, pending.Unanswered);
        }
        finally
        {
            _pending.TryRemove(id.Value, out _);
        }
    }

    /// <summary>
    /// A person wants what is kept already: it is marked when it was only a control, which no list shows, and as part of a session. True when it was only a control.
    /// </summary>
    public async Task<bool> Adopt(ConversationId existing, ConversationId? session)
    {
        ConversationProgress progress = await Grains.GetGrain<IConversationIntake>(existing.Value).Progress();
        bool wasControl = progress.Triggers.Length > 0 && progress.Triggers.All(known => known.Rule == Trigger.ControlRule);
        if (progress.Triggers.Length > 0 && (wasControl || session is not null))
            await Grains.GetGrain<IConversationGrain>(existing.Value).Trigger(ByHand(progress.Triggers[0].Keys) with { Session = session }, progress.Generation);
        return wasControl;
    }

    /// <summary>The first exchange of a pending keep came: keeps the conversation. False when nobody asked for it.</summary>
    public async Task<bool> KeepNow(string id, CancellationToken cancellationToken)
    {
        if (!_pending.TryGetValue(id, out Pending? pending))
            return false;
        Assignment assignment = await Assigner.Keep(pending.Trigger, cancellationToken);
        if (assignment.Id is not { } kept)
            return false;
        pending.Kept.TrySetResult(kept);
        return kept.Value == id;
    }

    /// <summary>A node answered with what it has; its exchanges came before.</summary>
    public void Answered(string id, string node)
    {
        if (_pending.TryGetValue(id, out Pending? pending))
            pending.Answered(node);
    }

    private sealed class Pending(Trigger trigger)
    {
        private readonly Lock _lock = new();
        private readonly HashSet<string> _unanswered = new(StringComparer.Ordinal);
        private readonly HashSet<string> _early = new(StringComparer.Ordinal);
        private bool _asked;

        public Trigger Trigger { get; } = trigger;

        public TaskCompletionSource<ConversationId> Kept { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource AllAnswered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<string> Unanswered
        {
            get
            {
                lock (_lock)
                    return [.. _unanswered.Order(StringComparer.Ordinal)];
            }
        }

        public IReadOnlyList<string> Ask(Func<IReadOnlyList<string>> collect)
        {
            IReadOnlyList<string> asked = collect();
            lock (_lock)
            {
                // An answer may be faster than the return of the question.
                _asked = true;
                _unanswered.UnionWith(asked.Except(_early));
                if (_unanswered.Count == 0)
                    AllAnswered.TrySetResult();
            }

            return asked;
        }

        public void Answered(string node)
        {
            lock (_lock)
            {
                _early.Add(node);
                _unanswered.Remove(node);
                if (_asked && _unanswered.Count == 0)
                    AllAnswered.TrySetResult();
            }
        }
    }
}
