namespace Loop.Store.Core.Packs.Heads;

/// <summary>Texts that were written before, named by how many lie between: 1 is the newest, 0 stands for a new one.</summary>
internal sealed class SeenTexts
{
    private readonly List<string> _texts = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => _texts.Count;

    /// <summary>The one that was added last.</summary>
    public string? Newest => _texts.Count > 0 ? _texts[^1] : null;

    /// <summary>Its distance; 0 when it is new.</summary>
    public ulong DistanceOf(string? text) => text is not null && _places.TryGetValue(text, out int place) ? (ulong)(_texts.Count - place) : 0;

    /// <summary>The text at a distance.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public string At(ulong distance) =>
        distance > 0 && distance <= (ulong)_texts.Count ? _texts[_texts.Count - (int)distance] : throw new InvalidDataException($"text {distance} before is not there");

    /// <summary>Remembers a new one.</summary>
    public string Add(string text)
    {
        // A damaged file may tell the same one twice; then the first keeps its place.
        _places.TryAdd(text, _texts.Count);
        _texts.Add(text);
        return text;
    }

    /// <summary>Forgets what was added since there were so many.</summary>
    public void Cut(int count)
    {
        for (int place = _texts.Count - 1; place >= count; place--)
        {
            if (_places[_texts[place]] == place)
                _places.Remove(_texts[place]);
        }

        _texts.RemoveRange(count, _texts.Count - count);
    }
}
