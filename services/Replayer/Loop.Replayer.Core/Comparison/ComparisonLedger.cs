using Loop.Contracts.Replays;

namespace Loop.Replayer.Core.Comparison;

/// <summary>Collects differences of one message, and what was left out with why. Used by one comparison on one thread.</summary>
internal sealed class ComparisonLedger(string hop, string prefix, ComparisonRules rules)
{
    // Enough to see the kind of a difference; a report is not a second copy of the body.
    private const int MaximumDivergences = 100;
    private const int MaximumValueLength = 200;
    private readonly List<Divergence> _divergences = [];
    private readonly List<string> _ignored = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public IReadOnlyList<Divergence> Divergences => _divergences;

    public IReadOnlyList<string> Ignored => _ignored;

    public MessageShape? Shape => rules.Shape;

    public bool IsFull => _divergences.Count >= MaximumDivergences;

    public void Ignore(string what, string why)
    {
        string line = $"{prefix}{what}: {why}";
        if (_known.Add(line))
            _ignored.Add(line);
    }

    public void Differ(string place, string? recorded, string? replayed)
    {
        if (!IsFull)
            _divergences.Add(new Divergence(hop, prefix + place, Shorten(recorded), Shorten(replayed)));
    }

    /// <summary>True when both are equal, or differ only in what is each run's own, was bound to each other, or was learned as noise of this place.</summary>
    public bool Same(string place, string recorded, string replayed)
    {
        if (string.Equals(recorded, replayed, StringComparison.Ordinal))
            return true;
        if (rules.Run.AreOwnTimes(recorded, replayed))
        {
            Ignore("time of the answer", "each run has its own clock; both values are within their run");
            return true;
        }

        if (string.Equals(rules.Recorded(recorded), rules.Replayed(prefix + place, replayed), StringComparison.Ordinal))
        {
            bool ownNames = string.Equals(rules.Recorded(recorded), rules.Recorded(replayed), StringComparison.Ordinal);
            Ignore(ownNames ? "trace and request ids" : place, ownNames ? "each run has its own; the rest of the value is equal" : "an id that was made anew; it stands for the recorded one");
            return true;
        }

        if (rules.Noise.Shape(hop, prefix + place) is not { } shape || !shape.Admits(recorded, replayed, rules.Run.Recorded?.From, rules.Run.ReplayedFrom))
            return false;
        Ignore(place, $"learned as noise: {shape.Name}");
        return true;
    }

    /// <summary>True when the items of this place come in any order.</summary>
    public bool OrderMayDiffer(string place) => rules.Noise.Shape(hop, prefix + place) is Noise.NoiseShape.Order;

    /// <summary>Equal for values that say the same.</summary>
    public string Canonical(string place, BodyNode node, bool isReplayed) =>
        BodyCanonical.Of(node, value => isReplayed ? rules.Replayed(prefix + place, value) : rules.Recorded(value));

    private static string? Shorten(string? value) =>
        value is { Length: > MaximumValueLength } ? string.Concat(value.AsSpan(0, MaximumValueLength - 1), "…") : value;
}
