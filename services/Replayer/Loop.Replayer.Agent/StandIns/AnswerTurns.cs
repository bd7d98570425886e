using Loop.Replayer.Core.Gates;
using Loop.Replayer.Core.StandIns;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>Holds recorded answers back until their turn: their recorded delay has passed, and what had been answered before them is answered. Safe for use from many threads.</summary>
internal sealed class AnswerTurns
{
    // Long enough for a slow machine; a call that never comes must not hold an answer for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly bool _plays;
    private readonly AnswerGate _gate;
    private readonly ILookup<string, string> _callsOf;
    private readonly HashSet<string> _begun = [];
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly DateTimeOffset _origin;

    public AnswerTurns(StandInPlan plan, TimeProvider time)
    {
        _plays = plan.PlaysLatency;
        _time = time;
        _start = time.GetTimestamp();
        DateTimeOffset origin = _origin = plan.Calls.Select(call => call.StartedAt).DefaultIfEmpty().Min();
        _gate = new AnswerGate(plan.Calls.Select(call => new GatedCall
        {
            HopId = call.HopId,
            Label = call.Label,
            Caller = call.Caller,
            BegunAt = call.StartedAt - origin,
            EndedAt = call.EndedAt == DateTimeOffset.MaxValue ? null : call.EndedAt - origin,
        }), plan.Calls.Select(call => call.Caller).ToHashSet(), Patience);
        _callsOf = plan.Calls.ToLookup(call => call.CallerHopId, call => call.HopId);
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>The call was made.</summary>
    public void Begin(string hopId)
    {
        lock (_lock)
            _begun.Add(hopId);
        _gate.Begin(hopId, Now);
    }

    /// <summary>Waits for the turn of its answer.</summary>
    public async Task Await(string hopId, CancellationToken cancellationToken)
    {
        if (!_plays)
            return;
        TimeSpan begun = Now;
        if (_gate.DelayOf(hopId) is { } delay)
            await Pause(delay, cancellationToken);
        await Order(hopId, null, begun, cancellationToken);
    }

    /// <summary>Waits within an answer, where latency is in force.</summary>
    public Task Pause(TimeSpan pause, CancellationToken cancellationToken) => _plays && pause > TimeSpan.Zero ? Task.Delay(pause, _time, cancellationToken) : Task.CompletedTask;

    /// <summary>Waits until what had been answered before a piece of an answer is answered.</summary>
    /// <param name="hopId">The recorded hop.</param>
    /// <param name="at">When the piece was given; null for the end of the answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task Order(string hopId, DateTimeOffset? at, CancellationToken cancellationToken) => _plays ? Order(hopId, at, Now, cancellationToken) : Task.CompletedTask;

    private async Task Order(string hopId, DateTimeOffset? at, TimeSpan begun, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Read before the question: what changes in between is not missed.
            Task changed = _gate.Changed;
            GateDecision decision = _gate.Ask(hopId, Now, at - _origin);
            if (decision.IsOpen)
                return;
            TimeSpan left = (decision.AskAgainAt ?? begun) - Now;
            await Task.WhenAny(changed, Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1), _time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Its answer went out.</summary>
    public void Answered(string hopId) => _gate.Answered(hopId);

    /// <summary>A hop ended: the calls that it did not make cannot come any more.</summary>
    public void Ended(string callerHopId)
    {
        foreach (string hopId in _callsOf[callerHopId])
        {
            bool isMade;
            lock (_lock)
                isMade = _begun.Contains(hopId);
            if (!isMade)
                _gate.GiveUp(hopId);
        }
    }
}
