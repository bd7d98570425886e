using Loop.Contracts.Replays;

namespace Loop.Replayer.Core.Calls;

/// <summary>Compares the order of calls. Only what the recording ordered can differ: overlapping calls have no order to lose.</summary>
public static class CallOrder
{
    /// <summary>One difference per call that began before a call ended that had ended before it in the recording.</summary>
    public static IReadOnlyList<Divergence> Compare(IReadOnlyList<TimedPair> pairs)
    {
        List<Divergence> divergences = [];
        foreach (TimedPair later in pairs)
        {
            TimedPair? overtaken = pairs.Where(earlier => earlier.Caller == later.Caller && earlier.Recorded.IsBefore(later.Recorded) && !earlier.Replayed.IsNotAfter(later.Replayed))
                .MaxBy(earlier => earlier.Recorded.EndedAt);
            if (overtaken is not null)
                divergences.Add(new Divergence(later.Label, "call order", $"after {overtaken.Label}", $"before {overtaken.Label} had ended"));
        }

        return divergences;
    }
}

/// <summary>A call in both runs.</summary>
/// <param name="Caller">The hop that made it.</param>
/// <param name="Label">In words: <c>stock GET /items #1</c>.</param>
/// <param name="Recorded">When it was open in the recording.</param>
/// <param name="Replayed">When it was open in the replay.</param>
public sealed record TimedPair(string Caller, string Label, CallSpan Recorded, CallSpan Replayed);

/// <summary>When a call was open, from the start of its run.</summary>
/// <param name="BegunAt">Its first byte.</param>
/// <param name="EndedAt">Its last one; null when it never ended.</param>
public readonly record struct CallSpan(TimeSpan BegunAt, TimeSpan? EndedAt)
{
    // The same instant is no order: the recording's clock cannot tell which came first.
    internal bool IsBefore(CallSpan other) => EndedAt < other.BegunAt;

    internal bool IsNotAfter(CallSpan other) => EndedAt <= other.BegunAt;
}
