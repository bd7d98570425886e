using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Core.Noise;

/// <summary>A mask in force. Whoever wrote it: what names a cause is compared all the same.</summary>
public sealed class NoiseFilter
{
    private readonly Dictionary<(string Hop, string Place), NoiseShape> _shapes = [];

    internal NoiseFilter(IEnumerable<NoiseEntry> entries)
    {
        List<NoiseEntry> refused = [];
        foreach (NoiseEntry entry in entries)
        {
            if (MayVary(entry.Place) && entry.Shape is { IsSound: true })
                _shapes[(entry.Hop, entry.Place)] = entry.Shape;
            else
                refused.Add(entry);
        }

        Refused = refused;
    }

    /// <summary>Nothing may differ.</summary>
    public static NoiseFilter None { get; } = new([]);

    /// <summary>Entries that are not followed: their place names a cause, or their shape can be compared with nothing.</summary>
    public IReadOnlyList<NoiseEntry> Refused { get; }

    /// <summary>Share of the values of an answer's body that are hidden, 0 to 1.</summary>
    public double MaskedShare(string hop, Message answer, MessageShape? shape = null)
    {
        IReadOnlyList<IdentityValue> values = IdentityValue.Of(answer, shape);
        return values.Count == 0 ? 0 : (double)values.Count(value => Covers(hop, value.Place)) / values.Count;
    }

    /// <summary>False for status, media type, causes and everything else that no mask may hide.</summary>
    internal static bool MayVary(string place) =>
        !CauseFields.IsCause(place.StartsWith(MessageComparer.RequestPrefix, StringComparison.Ordinal) ? place[MessageComparer.RequestPrefix.Length..] : place);

    /// <summary>What the values of a place have in common; null when it may not vary.</summary>
    internal NoiseShape? Shape(string hop, string place) => _shapes.GetValueOrDefault((hop, place));

    /// <summary>True for a masked place, and for all within an array whose order is masked.</summary>
    internal bool Covers(string hop, string place) => _shapes.ContainsKey((hop, place)) || Orders(hop).Any(array => place.StartsWith($"{array}[", StringComparison.Ordinal));

    /// <summary>Arrays of a hop whose order is masked.</summary>
    internal IEnumerable<string> Orders(string hop) => _shapes.Where(pair => pair.Key.Hop == hop && pair.Value is NoiseShape.Order).Select(pair => pair.Key.Place);
}
