namespace Loop.Replayer.Core.Comparison;

/// <summary>Compares two bodies that were read into trees.</summary>
internal static class TreeComparison
{
    public static void Compare(ComparisonLedger ledger, BodyNode before, BodyNode after) => Compare(ledger, $"body {before.Step}", before, after);

    private static void Compare(ComparisonLedger ledger, string place, BodyNode before, BodyNode after)
    {
        if (ledger.IsFull)
            return;
        if (before.Type != after.Type)
            ledger.Differ(place, before.Shown, after.Shown);
        else if (ledger.OrderMayDiffer(place))
            CompareItems(ledger, place, before, after);
        else if (before.Children.Count > 0 || after.Children.Count > 0)
            CompareChildren(ledger, place, before, after);
        else if (!ledger.Same(place, before.Value, after.Value))
            ledger.Differ(place, before.Shown, after.Shown);
    }

    private static void CompareChildren(ComparisonLedger ledger, string place, BodyNode before, BodyNode after)
    {
        ILookup<string, BodyNode> left = before.Children.ToLookup(child => child.Key, StringComparer.Ordinal);
        ILookup<string, BodyNode> right = after.Children.ToLookup(child => child.Key, StringComparer.Ordinal);
        bool samePresence = true;
        foreach (string key in left.Select(group => group.Key).Union(right.Select(group => group.Key), StringComparer.Ordinal))
            samePresence &= CompareAll(ledger, place, [.. left[key]], [.. right[key]]);
        if (before.OrderCounts && samePresence && before.Order != after.Order)
            ledger.Differ($"{place} order", before.Order, after.Order);
    }

    private static bool CompareAll(ComparisonLedger ledger, string place, BodyNode[] before, BodyNode[] after)
    {
        for (int index = 0; index < Math.Max(before.Length, after.Length); index++)
        {
            BodyNode? one = index < before.Length ? before[index] : null;
            BodyNode? two = index < after.Length ? after[index] : null;
            string childPlace = BodyPlace.Child(place, (one ?? two)!.Step, index + 1);
            if (one is null || two is null)
                ledger.Differ(childPlace, one?.Shown, two?.Shown);
            else
                Compare(ledger, childPlace, one, two);
        }

        return before.Length == after.Length;
    }

    // The same items in whichever order; an item that only one side has is a difference.
    private static void CompareItems(ComparisonLedger ledger, string place, BodyNode before, BodyNode after)
    {
        Dictionary<string, Queue<BodyNode>> left = before.Children.GroupBy(item => ledger.Canonical(place, item, isReplayed: false), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => new Queue<BodyNode>(group), StringComparer.Ordinal);
        List<BodyNode> added = [.. after.Children.Where(item => !left.TryGetValue(ledger.Canonical(place, item, isReplayed: true), out Queue<BodyNode>? equal) || !equal.TryDequeue(out _))];
        List<BodyNode> missing = [.. left.Values.SelectMany(rest => rest)];
        for (int index = 0; index < Math.Max(missing.Count, added.Count); index++)
            ledger.Differ($"{place}[*]", missing.ElementAtOrDefault(index)?.Shown, added.ElementAtOrDefault(index)?.Shown);
        if (missing.Count == 0 && added.Count == 0)
            ledger.Ignore(place, "the order of its items was learned as noise; the items are equal");
    }
}
