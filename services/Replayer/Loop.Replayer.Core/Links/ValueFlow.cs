namespace Loop.Replayer.Core.Links;

/// <summary>Where one value appears, in order, and who can have heard it when.</summary>
internal sealed class ValueFlow(string value, string? scope, LinkMessage birth)
{
    private readonly HashSet<string> _heardBy = new(StringComparer.Ordinal) { birth.Speaker, birth.Listener };
    private readonly List<LinkPlace> _births = [];
    private readonly List<LinkPlace> _uses = [];

    public string Value => value;

    public string? Scope => scope;

    public bool CameIn => birth.IsInput;

    public bool IsUsed => _births.Count > 0 && _uses.Count > 0;

    public IEnumerable<LinkPlace> Places => _births.Concat(_uses);

    /// <summary>A place where somebody said it who had not heard it; null when there is none.</summary>
    public LinkPlace? SecondBirth { get; private set; }

    /// <summary>Adds an occurrence; one that is not followed only happens to be equal.</summary>
    public void Add(LinkMessage message, LinkPlace place, bool isFollowed)
    {
        if (!isFollowed)
            return;
        if (ReferenceEquals(message, birth))
        {
            _births.Add(place);
            return;
        }

        if (!_heardBy.Contains(message.Speaker))
            SecondBirth ??= place;
        _heardBy.Add(message.Listener);
        _heardBy.Add(message.Speaker);
        _uses.Add(place);
    }

    public ValueLink ToLink() => new() { Value = value, Scope = scope, Births = _births, Uses = _uses };

    public LinkProposal ToProposal() => new(value, [.. Places], $"{SecondBirth!.Place} of another service holds it too, which had not heard it: an equal value may be another one");
}
