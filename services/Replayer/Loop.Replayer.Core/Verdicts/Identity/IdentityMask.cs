using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>What may differ between two ends of one failure: the runs' own ids, and places that were learned as noise.</summary>
public sealed class IdentityMask
{
    private readonly RunMask _run;
    private readonly HashSet<string> _places;

    private IdentityMask(RunMask run, IEnumerable<string> places)
    {
        _run = run;
        List<string> asked = [.. places];
        _places = [.. asked.Where(place => !CauseFields.IsCause(place))];
        Refused = [.. asked.Where(CauseFields.IsCause)];
    }

    /// <summary>Nothing may differ.</summary>
    public static IdentityMask None { get; } = new(RunMask.None, []);

    /// <summary>Places that name a cause: they are compared although somebody asked to mask them.</summary>
    public IReadOnlyList<string> Refused { get; }

    /// <summary>A mask over the runs' own ids and these places (<c>body $.requestedAt</c>).</summary>
    public static IdentityMask Over(RunMask run, IEnumerable<string> places) => new(run, places);

    internal bool Hides(IdentityValue value) => _places.Contains(value.Place);

    // A masked value must still be there and be of its type.
    internal bool AreEqual(IdentityValue recorded, IdentityValue replayed) => recorded.Type == replayed.Type
        && (recorded.Text == replayed.Text || Hides(recorded) || _run.Apply(recorded.Text) == _run.Apply(replayed.Text));
}
