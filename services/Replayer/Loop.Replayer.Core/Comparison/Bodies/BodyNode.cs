namespace Loop.Replayer.Core.Comparison;

/// <summary>
/// One value of a structured body, or a container of such. Every format is read into this form, so that one comparison, one identity and one mask
/// name places alike.
/// </summary>
internal sealed class BodyNode
{
    /// <summary>What pairs it with its counterpart among its parent's children; equal keys pair in their order.</summary>
    public required string Key { get; init; }

    /// <summary>What it adds to the place of its parent: <c>.total</c>, <c>[2]</c>, <c>/@id</c>.</summary>
    public required string Step { get; init; }

    /// <summary>Kind of value: <c>Object</c>, <c>Array</c>, <c>String</c>, <c>Number</c>, <c>text</c>, <c>bytes</c>… Two types are a difference.</summary>
    public required string Type { get; init; }

    /// <summary>The value of a leaf, decoded; empty for a container.</summary>
    public string Value { get; init; } = "";

    /// <summary>What a report prints; null: the value.</summary>
    public Func<string>? Show { get; init; }

    /// <summary>In the order of the wire.</summary>
    public IReadOnlyList<BodyNode> Children { get; init; } = [];

    /// <summary>True when the order of children with different keys says something.</summary>
    public bool OrderCounts { get; init; }

    /// <summary>As a report prints it.</summary>
    public string Shown => Show?.Invoke() ?? Value;

    /// <summary>The same value as another child.</summary>
    public BodyNode At(string key, string step) =>
        new() { Key = key, Step = step, Type = Type, Value = Value, Show = Show, Children = Children, OrderCounts = OrderCounts };

    /// <summary>Its children with their places: the second child with one key says so.</summary>
    public IEnumerable<(string Place, BodyNode Child)> Placed(string place)
    {
        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        foreach (BodyNode child in Children)
        {
            int occurrence = seen[child.Key] = seen.GetValueOrDefault(child.Key) + 1;
            yield return (BodyPlace.Child(place, child.Step, occurrence), child);
        }
    }

    /// <summary>All values below it in wire order; a container without children is one, and so is the order of children where it counts.</summary>
    public IEnumerable<(string Place, BodyNode Leaf)> Leaves(string place)
    {
        if (Children.Count == 0)
        {
            yield return (place, this);
            yield break;
        }

        foreach ((string childPlace, BodyNode child) in Placed(place))
        {
            foreach ((string, BodyNode) leaf in child.Leaves(childPlace))
                yield return leaf;
        }

        if (OrderCounts && Children.Count > 1)
            yield return ($"{place} order", new BodyNode { Key = "", Step = " order", Type = "order", Value = Order });
    }

    /// <summary>Its children's steps in their order.</summary>
    public string Order => string.Join(' ', Children.Select(child => child.Step));
}
