using System.Globalization;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Integration.Tests.Harness;

namespace Loop.Integration.Tests.Spine.Storm;

/// <summary>What the store holds, compared with what was sent.</summary>
internal sealed class StormVerdict
{
    private readonly List<string> _faults = [];

    /// <summary>What is wrong, whatever was lost: a conversation twice, a wrong parent, a hole without a reason.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Failing requests without a conversation.</summary>
    public List<string> NotKept { get; } = [];

    /// <summary>Why views are missing, and how often.</summary>
    public Dictionary<string, int> Reasons { get; } = [];

    public int Expected { get; private set; }

    public int Kept { get; private set; }

    public int Whole { get; private set; }

    public int ViewsExpected { get; private set; }

    public int ViewsPresent { get; private set; }

    public static async Task<StormVerdict> Of(LoopApi api, IReadOnlyList<SentRequest> failed, CancellationToken cancellationToken)
    {
        var verdict = new StormVerdict { Expected = failed.Count };
        Dictionary<string, SentRequest> byKey = failed.ToDictionary(request => request.Key);
        var found = new Dictionary<string, string>();
        foreach (ConversationSummary summary in await api.List(cancellationToken))
        {
            ConversationDetail detail = await api.Show(summary.Id, cancellationToken);
            string[] keys = [.. detail.Keys.Where(byKey.ContainsKey)];
            // A call whose side stream ended without a word of how is a failure for all that the node knows, though its client may have had its answer.
            if (keys.Length > 1 || (keys.Length == 0 && detail.Trigger.Reason != "broken off, side unknown"))
                verdict._faults.Add($"{detail.Id} ({summary.Path}, {detail.Trigger.Reason}) holds {keys.Length} of the failing requests");
            foreach (string key in keys)
            {
                if (!found.TryAdd(key, detail.Id))
                    verdict._faults.Add($"{key} is kept twice: {found[key]} and {detail.Id} ({summary.Path})");
                verdict.Judge(detail, byKey[key]);
            }
        }

        verdict.Kept = found.Count;
        verdict.NotKept.AddRange(failed.Where(request => !found.ContainsKey(request.Key)).Select(request => $"{request.Key} {request.Path}"));
        return verdict;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"conversations: {Expected} expected, {Kept} kept, {Whole} whole; views: {ViewsExpected} expected, {ViewsPresent} present; missing: [{string.Join(", ", Reasons.Select(pair => $"{pair.Value} {pair.Key}"))}]; not kept: [{string.Join(", ", NotKept.Take(5))}]; faults: [{string.Join("; ", _faults.Take(10))}]");

    private void Judge(ConversationDetail detail, SentRequest request)
    {
        int views = detail.Hops.Sum(hop => hop.Views.Count);
        ViewsExpected += request.Views;
        ViewsPresent += views;
        if (views > request.Views)
            _faults.Add($"{detail.Id} has {views} views, {request.Path} makes {request.Views}");
        foreach (MissingView missing in detail.Coherence.Missing)
            Reasons[missing.Why] = Reasons.GetValueOrDefault(missing.Why) + 1;
        if (detail.State is not ConversationState.Sealed)
            _faults.Add($"{detail.Id} is {detail.State}");
        // An access-log entry stands for an exchange that was lost, and has no more than its outline.
        if (views < request.Views || detail.Hops.Any(hop => hop.Views.Any(view => view.Input is CaptureInput.AccessLog)))
        {
            if (detail.Coherence.Complete)
                _faults.Add($"{detail.Id} {request.Path} has {views} of {request.Views} views and calls itself whole");
            return;
        }

        // A view that was cut, and a loss that may have been any trace's, may be named; a hop that misses what it has would be a hole that is none. What was
        // evicted is told of no hop: once it is gone, nobody can tell that it was a log entry or a copy of what was kept.
        if (detail.Coherence.Missing.Any(missing => missing.Why is not "truncated" and not "shed" && missing is not { HopId: null, Why: "evicted" }))
            _faults.Add($"{detail.Id} {request.Path} has all its views and misses {string.Join(", ", detail.Coherence.Missing)}");
        Whole++;
        JudgeTree(detail, request);
    }

    private void JudgeTree(ConversationDetail detail, SentRequest request)
    {
        string chain = string.Join(" > ", detail.Hops.Select(hop => hop.Destination));
        if (chain != string.Join(" > ", request.Callees))
            _faults.Add($"{detail.Id} {request.Path} is {chain}");
        for (int index = 0; index < detail.Hops.Count; index++)
        {
            if (detail.Hops[index].ParentId != (index == 0 ? null : detail.Hops[index - 1].Id))
                _faults.Add($"{detail.Id} hop {index + 1} has another parent ({detail.Hops[index].JoinedBy})");
        }

        // A timeout is no failure of the shop's but of a machine that is too busy, and began where somebody lost patience. Where this node lost sight of a call,
        // its end is not known, and the failure began where one was seen.
        if (request.Status != 504 && !detail.Hops.Any(hop => hop.BrokenOffBy is BrokenOffBy.Capture) && detail.Hops.Count > 0 && detail.OriginHopId != detail.Hops[^1].Id)
            _faults.Add($"{detail.Id} {request.Path} ({request.Status}) has its origin at {detail.Hops.FirstOrDefault(hop => hop.Id == detail.OriginHopId)?.Destination}: {string.Join(" > ", detail.Hops.Select(hop => $"{hop.Destination} {hop.Failure} {hop.End} {hop.BrokenOffBy} {string.Join("+", hop.ResponseFlags)}"))}");
    }
}
