namespace Loop.Replayer.Core.Verdicts;

/// <summary>How a replayed end stands to the recorded one.</summary>
/// <param name="Sight">For <see cref="ReplayObservations.Origin"/>.</param>
/// <param name="SameParty">For <see cref="BreakEvidence.SameParty"/>.</param>
/// <param name="EarlierCallsEqual">For <see cref="ReplayObservations.EarlierCallsEqual"/>.</param>
/// <param name="Differences">Places that differ, in the order of the recorded answer.</param>
/// <param name="MaskedShare">Share of the recorded values that the mask hides.</param>
public sealed record IdentityComparison(Sight Sight, bool SameParty, bool EarlierCallsEqual, IReadOnlyList<string> Differences, double MaskedShare)
{
    /// <summary>Compares. Pure.</summary>
    public static IdentityComparison Of(StrictIdentity recorded, StrictIdentity replayed, IdentityMask mask)
    {
        bool sameEnd = recorded.Position == replayed.Position && recorded.End == replayed.End
            && recorded.Status == replayed.Status && recorded.GrpcStatus == replayed.GrpcStatus && FlagsAgree(recorded.Flags, replayed.Flags);
        List<string> differences = [.. ValueDifferences(recorded, replayed, mask)];
        Sight sight = (sameEnd, replayed.IsHealthy && !recorded.IsHealthy, differences.Count) switch
        {
            (false, true, _) => Sight.Healthy,
            (false, _, _) => Sight.OtherEnd,
            (_, _, > 0) => Sight.OtherIdentity,
            _ => Sight.Same,
        };
        double masked = recorded.Values.Count == 0 ? 0 : (double)recorded.Values.Count(mask.Hides) / recorded.Values.Count;
        return new IdentityComparison(sight, recorded.BrokenOffBy == replayed.BrokenOffBy, recorded.EarlierCalls.SequenceEqual(replayed.EarlierCalls), differences, masked);
    }

    private static bool FlagsAgree(IReadOnlyList<string> recorded, IReadOnlyList<string> replayed) =>
        recorded.Count == 0 || replayed.Count == 0 || recorded.SequenceEqual(replayed);

    private static IEnumerable<string> ValueDifferences(StrictIdentity recorded, StrictIdentity replayed, IdentityMask mask)
    {
        if (recorded.MediaType != replayed.MediaType)
            yield return "media type";
        // How much came before a break is a matter of buffers; Sights compares the common beginning.
        if (recorded.End is not EndKind.Answered)
            yield break;
        List<(string Array, bool SameItems)> orders = [.. mask.Orders(recorded.Values, replayed.Values)];
        foreach ((string array, _) in orders.Where(order => !order.SameItems))
            yield return array;
        ILookup<string, IdentityValue> left = recorded.Values.Where(IsInOrder).ToLookup(value => value.Place);
        ILookup<string, IdentityValue> right = replayed.Values.Where(IsInOrder).ToLookup(value => value.Place);
        foreach (string place in left.Select(group => group.Key).Union(right.Select(group => group.Key)))
        {
            IdentityValue[] before = [.. left[place]];
            IdentityValue[] after = [.. right[place]];
            if (before.Length != after.Length || before.Zip(after).Any(pair => !mask.AreEqual(pair.First, pair.Second)))
                yield return place;
        }

        bool IsInOrder(IdentityValue value) => !orders.Exists(order => value.Place.StartsWith($"{order.Array}[", StringComparison.Ordinal));
    }
}
