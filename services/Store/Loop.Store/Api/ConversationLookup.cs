using Loop.Contracts;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Core.ReadModels;
using Microsoft.AspNetCore.Http;

namespace Loop.Store.Api;

/// <summary>From what a person typed to the one conversation that is meant.</summary>
public sealed class ConversationLookup(IConversationIndex index, IGrainFactory grains)
{
    private const int MinPrefix = 4;
    private const int MaxCandidates = 10;
    private const int MaxRelated = 20;

    /// <summary>The conversation, or the refusal.</summary>
    internal async Task<(ConversationDetail? Detail, IResult? Refusal)> Find(string text, CancellationToken cancellationToken)
    {
        string prefix = text.ToLowerInvariant();
        if (prefix.Length is < MinPrefix or > ConversationId.Length || !Base32.IsValid(prefix))
        {
            return (null, ApiProblems.BadRequest("Malformed conversation id",
                $"'{Shorten(text)}' is no conversation id: {MinPrefix} to {ConversationId.Length} of the characters {Base32.Alphabet} are expected. loopctl list and GET /api/v1/conversations show the ids."));
        }

        IReadOnlyList<string> found = await index.Find(prefix, MaxCandidates, cancellationToken);
        if (found.Count > 1)
            return (null, ApiProblems.Ambiguous(prefix, found));
        ConversationDetail? detail = found.Count == 1 ? await grains.GetGrain<IConversationGrain>(found[0]).Describe() : null;
        return detail is not null
            ? (detail, null)
            : (null, ApiProblems.NotFound("Unknown conversation", $"No kept conversation has an id that begins with '{prefix}'. loopctl list and GET /api/v1/conversations show the ids."));
    }

    /// <summary>
    /// The other conversations of these names. What is sealed is not moved into another one any more, since its id, its bodies and its replays were shown under
    /// it: a trace that goes on, or whose parts find each other later, is told by naming.
    /// </summary>
    internal async Task<IReadOnlyList<string>> Related(ConversationDetail detail, CancellationToken cancellationToken)
    {
        var related = new Dictionary<string, ConversationSummary>(StringComparer.Ordinal);
        foreach (string text in detail.Keys)
        {
            if (!TraceKey.TryParse(text, out TraceKey key))
                continue;
            foreach (ConversationSummary other in await index.ByKey(key, cancellationToken))
                related[other.Id] = other;
        }

        related.Remove(detail.Id);
        return [.. related.Values.OrderBy(other => other.StartedAt).ThenBy(other => other.Id, StringComparer.Ordinal).Take(MaxRelated).Select(other => other.Id)];
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
