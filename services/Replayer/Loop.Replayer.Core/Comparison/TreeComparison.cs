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
        else if (before.Children.Count > 0 || after.Children.Count > 0)
            CompareChildren(ledger, place, before, after);
        else if (!ledger.Same(before.Value, after.Value))
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
}
