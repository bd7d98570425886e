namespace Loop.Replayer.Core.Links;

/// <summary>Recorded ↔ live, one to one within a scope. Not safe for many threads.</summary>
internal sealed class BindingTable
{
    private readonly Dictionary<(string? Scope, string Recorded), string> _live = [];
    private readonly Dictionary<(string? Scope, string Live), string> _recorded = [];

    public string? Live(string? scope, string recorded) => _live.GetValueOrDefault((scope, recorded));

    public string? Recorded(string? scope, string live) => _recorded.GetValueOrDefault((scope, live));

    /// <summary>Binds. What is bound stays: a second partner on either side is refused.</summary>
    public BindOutcome Bind(string? scope, string recorded, string live)
    {
        string? known = Live(scope, recorded);
        string? other = Recorded(scope, live);
        if (known == live)
            return BindOutcome.AlreadyBound;
        if (known is not null || other is not null)
            return BindOutcome.Contradiction;
        _live[(scope, recorded)] = live;
        _recorded[(scope, live)] = recorded;
        return BindOutcome.Bound;
    }
}

/// <summary>What came of binding two values.</summary>
public enum BindOutcome
{
    /// <summary>They stand for each other from now on.</summary>
    Bound,

    /// <summary>They did already.</summary>
    AlreadyBound,

    /// <summary>One of them stands for another value: nothing was changed.</summary>
    Contradiction,

    /// <summary>The live value is not of the recorded one's form: it is another thing, and the comparison shall say so.</summary>
    OtherForm,
}
