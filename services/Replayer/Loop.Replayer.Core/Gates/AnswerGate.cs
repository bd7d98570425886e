namespace Loop.Replayer.Core.Gates;

/// <summary>
/// Keeps the order in which answers came in the recording: one goes out when every call that had ended before it has been answered, or cannot come any
/// more. It has no clock and waits for nothing: whoever holds an answer asks, and says what time it is. Safe for use from many threads.
/// </summary>
/// <remarks>
/// It cannot block for ever. A call that was begun is waited for until its recorded delay and <c>patience</c> have passed; one that was not begun until
/// the answer in hand is late by as much. Calls that are all begun never wait in a circle: the one of them that ended first waits for none.
/// </remarks>
public sealed class AnswerGate
{
    private readonly Lock _gate = new();
    private readonly TimeSpan _patience;
    private readonly Dictionary<string, GatedCall> _calls;
    private readonly Dictionary<string, TimeSpan> _begun = new(StringComparer.Ordinal);
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>A gate for the calls of one run.</summary>
    /// <param name="calls">Recorded calls.</param>
    /// <param name="liveCallers">Services that run: calls of others are not made in the replay.</param>
    /// <param name="patience">How long to wait for what may never come; not negative.</param>
    public AnswerGate(IEnumerable<GatedCall> calls, IReadOnlySet<string> liveCallers, TimeSpan patience)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, TimeSpan.Zero);
        _patience = patience;
        _calls = calls.Where(call => liveCallers.Contains(call.Caller)).GroupBy(call => call.HopId, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
    }

    /// <summary>Ends when a call is begun, answered or given up after this was read: then it is worth asking again.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate)
                return _changed.Task;
        }
    }

    /// <summary>How long the answer took in the recording; null when there was none, or the call is not known.</summary>
    public TimeSpan? DelayOf(string hopId) => _calls.GetValueOrDefault(hopId)?.Delay;

    /// <summary>A live service made the call.</summary>
    /// <param name="hopId">The recorded hop that it is.</param>
    /// <param name="now">From the start of the replay.</param>
    public void Begin(string hopId, TimeSpan now) => Change(() => _begun.TryAdd(hopId, now));

    /// <summary>Its answer went out whole.</summary>
    public void Answered(string hopId) => Change(() => _done.Add(hopId));

    /// <summary>It cannot come any more: its caller ended, broke it off, or went another way.</summary>
    public void GiveUp(string hopId) => Change(() => _done.Add(hopId));

    /// <summary>May the answer to this call go out now?</summary>
    /// <param name="hopId">The recorded hop that it is; it counts as begun from here on.</param>
    /// <param name="now">From the start of the replay.</param>
    /// <param name="pieceAt">When the piece of it that is to go out was given, from the start of the recording; null for its end.</param>
    public GateDecision Ask(string hopId, TimeSpan now, TimeSpan? pieceAt = null)
    {
        lock (_gate)
        {
            // Patience counts from the first question on, also where nobody told that the call was made.
            _begun.TryAdd(hopId, now);
            // A call that was never recorded has no place in the order.
            if (!_calls.TryGetValue(hopId, out GatedCall? call))
                return new GateDecision(true, [], null);
            List<GatedCall> awaited = [.. _calls.Values.Where(other => other.EndedBefore(pieceAt is null ? call : call with { EndedAt = pieceAt }) && !_done.Contains(other.HopId)).OrderBy(other => other.EndedAt)];
            List<string> labels = [.. awaited.Select(other => other.Label)];
            if (awaited.Count == 0)
                return new GateDecision(true, [], null);
            TimeSpan until = Add(awaited.Max(other => Due(_begun.ContainsKey(other.HopId) ? other : call)), _patience);
            return now >= until ? new GateDecision(true, labels, null) : new GateDecision(false, labels, until);
        }
    }

    // When its answer should have gone out. One that never came in the recording is due at once.
    private TimeSpan Due(GatedCall call) => Add(_begun[call.HopId], call.Delay ?? TimeSpan.Zero);

    private static TimeSpan Add(TimeSpan one, TimeSpan two) => one > TimeSpan.MaxValue - two ? TimeSpan.MaxValue : one + two;

    private void Change(Func<bool> change)
    {
        TaskCompletionSource? told = null;
        lock (_gate)
        {
            if (change())
                (told, _changed) = (_changed, NewSignal());
        }

        told?.SetResult();
    }

    // Whoever waits must not run on the thread that answers.
    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
