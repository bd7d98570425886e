using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Redaction;
using Loop.Store.Conversations;
using Loop.Store.Nodes;
using Microsoft.Extensions.Options;

namespace Loop.Store.Sessions;

/// <summary>
/// Keeps the requests of one session: those that entered the mesh with the same redacted cookie or credential as a conversation that is kept. Nodes compare
/// tokens; no secret is known to the store, and none leaves a node.
/// </summary>
public sealed class SessionKeeper(INodeCommands nodes, PendingKeeps keeps, IGrainFactory grains, IOptions<ConversationOptions> options, TimeProvider time)
{
    /// <summary>Most conversations of one session; the newest are kept.</summary>
    public const int Limit = 50;

    // A conversation may enter more than once with the session: an edge shows each of a page's calls.
    private const int FoundPerNode = 10 * Limit;
    private const int AtOnce = 8;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Keeps the session of a conversation; null when nothing of it names a session.</summary>
    public async Task<SessionResult?> Keep(ConversationId named, CancellationToken cancellationToken)
    {
        if (await MarkOf(named, cancellationToken) is not ({ } mark, var startedAt))
            return null;
        NodeSearch found = await nodes.FindSession(mark, FoundPerNode, options.Value.AnswerTimeout, cancellationToken);
        Member[] members = [.. Distinct(found.Exchanges).Take(Limit).Reverse()];
        var kept = new ConversationId?[members.Length];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, members.Length),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (place, token) => kept[place] = (await keeps.Keep(keeps.ByHand(members[place].Keys) with { Session = named }, token)).Id);
        var ordered = members.Zip(kept).Where(pair => pair.Second is not null).Select(pair => (pair.First.StartedAt, Id: pair.Second!.Value)).ToList();

        // It may be older than everything that the rings hold.
        if (ordered.TrueForAll(one => one.Id != named))
        {
            await keeps.Adopt(named, named);
            ordered.Add((startedAt, named));
        }

        ConversationId[] ids = [.. ordered.OrderBy(one => one.StartedAt).Select(one => one.Id).Distinct()];
        return new SessionResult(ids.Length > Limit ? ids[^Limit..] : ids, mark.Names, found.Silent, kept.Count(id => id is null));
    }

    // One that was kept a moment ago may still be on its way.
    private async Task<(SessionMark? Mark, DateTimeOffset StartedAt)> MarkOf(ConversationId named, CancellationToken cancellationToken)
    {
        long asked = time.GetTimestamp();
        while (true)
        {
            IReadOnlyList<Exchange> entries = await grains.GetGrain<IConversationIntake>(named.Value).Entries();
            if (SessionTokens.MarkOf(entries) is { } mark)
                return (mark, entries.Min(entry => entry.StartedAt));
            ConversationProgress progress = await grains.GetGrain<IConversationIntake>(named.Value).Progress();
            if (progress.State is not ConversationState.Open || time.GetElapsedTime(asked) > options.Value.AnswerTimeout)
                return (null, default);
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    // Newest first; what shares a key is one conversation, which began with its earliest.
    private static List<Member> Distinct(IReadOnlyList<FoundExchange> exchanges)
    {
        var members = new List<Member>();
        var byKey = new Dictionary<TraceKey, Member>();
        foreach (FoundExchange exchange in exchanges)
        {
            Member? member = exchange.Keys.Select(key => byKey.GetValueOrDefault(key)).FirstOrDefault(known => known is not null);
            if (member is null)
                members.Add(member = new Member(exchange.Keys));
            member.StartedAt = exchange.StartedAt;
            foreach (TraceKey key in exchange.Keys)
                byKey[key] = member;
        }

        return members;
    }

    private sealed class Member(IReadOnlyList<TraceKey> keys)
    {
        public IReadOnlyList<TraceKey> Keys { get; } = keys;

        public DateTimeOffset StartedAt { get; set; }
    }
}

/// <summary>A session that was kept.</summary>
/// <param name="Ids">Its conversations, oldest first.</param>
/// <param name="Names">Cookies and headers by which it is known.</param>
/// <param name="Silent">Nodes that did not answer: what they hold is missing.</param>
/// <param name="Missed">Requests that were found and gone when they were to be kept.</param>
public sealed record SessionResult(IReadOnlyList<ConversationId> Ids, IReadOnlyList<string> Names, IReadOnlyList<string> Silent, int Missed);
