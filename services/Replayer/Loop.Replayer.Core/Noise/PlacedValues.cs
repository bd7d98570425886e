using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Noise;

/// <summary>What a comparison looks at in one message, by place: single values, and arrays with their items.</summary>
internal sealed class PlacedValues
{
    private readonly Dictionary<string, (string Type, string Value)> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _arrays = new(StringComparer.Ordinal);
    private readonly List<string> _places = [];

    private PlacedValues()
    {
    }

    /// <summary>Places of single values in their order.</summary>
    public IReadOnlyList<string> Places => _places;

    /// <summary>Places of arrays, the outer ones first.</summary>
    public IEnumerable<string> Arrays => _arrays.Keys;

    /// <summary>Type and value; null when the place is not there.</summary>
    public (string Type, string Value)? Value(string place) => _values.TryGetValue(place, out (string, string) value) ? value : null;

    /// <summary>An array's items, each as one text; null when the place is not there.</summary>
    public IReadOnlyList<string>? Items(string place) => _arrays.GetValueOrDefault(place);

    /// <summary>Reads a message. What it cannot name by place, such as the lines of a text, is one value.</summary>
    public static PlacedValues Of(Message message, MessageShape? shape, RunMask mask)
    {
        PlacedValues values = new();
        values.AddFields("header", message.Part.Headers);
        if (!message.Body.IsEmpty)
            values.AddBody(message, shape, mask);
        values.AddFields("trailer", message.Part.Trailers);
        return values;
    }

    // Several values of one name have one place, so none of them can be told from the others.
    private void AddFields(string what, IReadOnlyList<HeaderField> fields)
    {
        foreach (IGrouping<string, HeaderField> field in fields.GroupBy(field => field.Name.ToLowerInvariant()).Where(field => field.Count() == 1 && HeaderComparison.IsCompared(field.Key)))
            Add($"{what} {field.Key}", "text", HeaderComparison.Value(field.Single()));
    }

    private void AddBody(Message message, MessageShape? shape, RunMask mask)
    {
        byte[] bytes = ContentDecoding.Decode(message.Body, message.Part.Header("content-encoding")) ?? message.Body.ToArray();
        if (BodyTree.Of(message, bytes, message.MediaType, shape) is not { } tree)
        {
            Add("body", "bytes", LeafText.Hash(bytes));
            return;
        }

        AddArrays($"body {tree.Step}", tree, mask);
        foreach ((string place, BodyNode leaf) in tree.Leaves($"body {tree.Step}"))
            Add(place, leaf.Type, leaf.Value);
    }

    private void AddArrays(string place, BodyNode node, RunMask mask)
    {
        if (node.Type == "Array" && node.Children.Count > 0)
            _arrays[place] = [.. node.Children.Select(item => BodyCanonical.Of(item, mask.Apply))];
        foreach ((string childPlace, BodyNode child) in node.Placed(place))
            AddArrays(childPlace, child, mask);
    }

    private void Add(string place, string type, string value)
    {
        if (_values.TryAdd(place, (type, value)))
            _places.Add(place);
    }
}
