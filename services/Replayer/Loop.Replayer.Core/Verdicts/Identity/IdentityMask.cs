using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Noise;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>What may differ between two ends of one failure: the runs' own ids and times, ids that were made anew, and places that were learned as noise.</summary>
public sealed class IdentityMask
{
    private readonly ComparisonRules _rules;
    private readonly string _hop;
    private readonly HashSet<string> _places;

    private IdentityMask(ComparisonRules rules, string hop, IEnumerable<string> places)
    {
        _rules = rules;
        _hop = hop;
        List<string> asked = [.. places];
        _places = [.. asked.Where(place => !CauseFields.IsCause(place))];
        Refused = [.. asked.Where(CauseFields.IsCause), .. rules.Noise.Refused.Where(entry => entry.Hop == hop).Select(entry => entry.Place)];
    }

    /// <summary>Nothing may differ.</summary>
    public static IdentityMask None { get; } = new(ComparisonRules.Of(RunMask.None), "", []);

    /// <summary>Places that name a cause: they are compared although somebody asked to mask them.</summary>
    public IReadOnlyList<string> Refused { get; }

    /// <summary>A mask over the runs' own ids and these places (<c>body $.requestedAt</c>).</summary>
    public static IdentityMask Over(RunMask run, IEnumerable<string> places) => new(ComparisonRules.Of(run), "", places);

    /// <summary>What the comparison of a hop's messages lets differ, the identity lets differ too.</summary>
    /// <param name="rules">Of the hop's answer.</param>
    /// <param name="hop">In words, as divergences and noise name it.</param>
    public static IdentityMask Over(ComparisonRules rules, string hop) => new(rules, hop, []);

    internal bool Hides(IdentityValue value) => _places.Contains(value.Place) || _rules.Noise.Covers(_hop, value.Place);

    // A masked value must still be there, be of its type, and keep its shape where one was learned.
    internal bool AreEqual(IdentityValue recorded, IdentityValue replayed)
    {
        if (recorded.Type != replayed.Type)
            return false;
        if (recorded.Text == replayed.Text || _places.Contains(recorded.Place) || _rules.Recorded(recorded.Text) == _rules.Replayed(recorded.Place, replayed.Text))
            return true;
        return _rules.Run.AreOwnTimes(recorded.Text, replayed.Text)
            || _rules.Noise.Shape(_hop, recorded.Place)?.Admits(recorded.Text, replayed.Text, _rules.Run.Recorded?.From, _rules.Run.ReplayedFrom) == true;
    }

    /// <summary>Arrays whose items may stand in any order, and whether both ends hold the same ones.</summary>
    internal IEnumerable<(string Array, bool SameItems)> Orders(IReadOnlyList<IdentityValue> recorded, IReadOnlyList<IdentityValue> replayed) =>
        _rules.Noise.Orders(_hop).Select(array => (array, Items(array, recorded, _rules.Recorded).SequenceEqual(Items(array, replayed, text => _rules.Replayed(array, text)))));

    // Each item as one text, every field with its length before it; sorted, since the order is what may differ.
    private static IEnumerable<string> Items(string array, IReadOnlyList<IdentityValue> values, Func<string, string> map) => values
        .Where(value => value.Place.StartsWith($"{array}[", StringComparison.Ordinal))
        .Select(value => (Value: value, End: value.Place.IndexOf(']', array.Length)))
        .GroupBy(part => part.Value.Place[..part.End], part => (Inner: part.Value.Place[part.End..], part.Value.Type, Text: map(part.Value.Text)))
        .Select(item => string.Concat(item.Select(part => $"{part.Inner.Length}:{part.Inner}{part.Type.Length}:{part.Type}{part.Text.Length}:{part.Text}").Order(StringComparer.Ordinal)))
        .Order(StringComparer.Ordinal);
}
