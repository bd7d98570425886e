using Loop.Replayer.Core.Runs;
using Loop.Replayer.Core.Verdicts;

namespace Loop.Replayer.Core.StandIns;

/// <summary>
/// The ways to hand out recorded answers where equal calls were under way at the same time and were answered differently: nobody can say which of them got which.
/// Found in the recording alone. A call that ended before another began stays before it in every way.
/// </summary>
public static class AnswerAssignments
{
    /// <summary>With more ways than this none is tried: each takes a run.</summary>
    public const int Most = 6;

    /// <summary>All ways; none when nothing is ambiguous.</summary>
    /// <param name="script">A script of the replay.</param>
    public static AssignmentSet Of(RunScript script)
    {
        HashSet<string> judged = [.. script.Expected];
        return Of(script.Plan.Calls.Where(call => judged.Contains(call.HopId)), script.Plan.Reader());
    }

    /// <summary>The same for some calls.</summary>
    public static AssignmentSet Of(IEnumerable<RecordedCall> calls, CallReader reader)
    {
        List<List<List<RecordedCall>>> ways = [];
        IEnumerable<IGrouping<(string, string, string), RecordedCall>> equal = calls.Where(call => !call.IsLive && call.Gap is null)
            .GroupBy(call => (call.Caller, call.CallerHopId, reader.Read(call.Request).Key));
        foreach (List<RecordedCall> cluster in equal.SelectMany(Clusters).Where(IsAmbiguous))
        {
            List<List<RecordedCall>> orders = [];
            Extend([], cluster, orders);
            ways.Add(orders);
            if (orders.Count > Most)
                return new AssignmentSet([], IsTooMany: true);
        }

        if (ways.Count == 0)
            return AssignmentSet.None;
        List<List<List<RecordedCall>>> combined = ways.Aggregate<List<List<RecordedCall>>, List<List<List<RecordedCall>>>>([[]], (before, orders) => [.. before.SelectMany(chosen => orders.Select(order => (List<List<RecordedCall>>)[.. chosen, order])).Take(Most + 1)]);
        return combined.Count > Most
            ? new AssignmentSet([], IsTooMany: true)
            : new AssignmentSet([.. combined.Select((orders, index) => new AnswerAssignment(new Assignment(NameOf(orders), index + 1, combined.Count), [.. orders.Select(order => (IReadOnlyList<string>)[.. order.Select(call => call.HopId)])]))], IsTooMany: false);
    }

    // Calls that overlap, also by way of others.
    private static IEnumerable<List<RecordedCall>> Clusters(IEnumerable<RecordedCall> equal)
    {
        List<RecordedCall> cluster = [];
        foreach (RecordedCall call in equal.OrderBy(call => call.StartedAt).ThenBy(call => call.HopId, StringComparer.Ordinal))
        {
            if (cluster.Count > 0 && !cluster.Exists(call.Overlaps))
            {
                yield return cluster;
                cluster = [];
            }

            cluster.Add(call);
        }

        if (cluster.Count > 0)
            yield return cluster;
    }

    private static bool IsAmbiguous(List<RecordedCall> cluster) => cluster.Exists(one => cluster.Exists(other => one != other && one.Overlaps(other) && !one.IsAnsweredLike(other)));

    // Every order that keeps what the recording ordered; of those that differ in equal answers alone, one. One more than can be tried is enough to know.
    private static void Extend(List<RecordedCall> begun, List<RecordedCall> left, List<List<RecordedCall>> orders)
    {
        if (orders.Count > Most)
            return;
        if (left.Count == 0)
        {
            orders.Add(begun);
            return;
        }

        List<RecordedCall> tried = [];
        // Of calls that were answered alike, that which ended first leaves most open.
        foreach (RecordedCall next in left.Where(call => !left.Exists(other => other.EndedAt < call.StartedAt)).OrderBy(call => call.EndedAt))
        {
            if (tried.Exists(next.IsAnsweredLike))
                continue;
            tried.Add(next);
            Extend([.. begun, next], [.. left.Where(call => call != next)], orders);
        }
    }

    private static string NameOf(List<List<RecordedCall>> orders) => string.Join("; ", orders.Select(order =>
        $"{order[0].Label.Split(" #")[0]} answered in the order {string.Join(", ", order.Select(call => $"#{call.Label.Split(" #")[^1]}"))}"));
}

/// <summary>Ways to hand out ambiguous answers.</summary>
/// <param name="Assignments">Each is tried; empty when there is nothing to try, or too much.</param>
/// <param name="IsTooMany">There are more than can be tried.</param>
public sealed record AssignmentSet(IReadOnlyList<AnswerAssignment> Assignments, bool IsTooMany)
{
    /// <summary>Nothing is ambiguous.</summary>
    public static AssignmentSet None { get; } = new([], IsTooMany: false);
}

/// <summary>One way to hand out ambiguous answers.</summary>
/// <param name="Assignment">Its name.</param>
/// <param name="Orders">Per group of equal calls: the recorded hops in the order in which live calls take their answers.</param>
public sealed record AnswerAssignment(Assignment Assignment, IReadOnlyList<IReadOnlyList<string>> Orders);
