using Loop.Contracts;
using Loop.Contracts.Api;
using Loop.Contracts.Conversations;
using Loop.Store.Core.ReadModels;
using Microsoft.AspNetCore.Http;

namespace Loop.Store.Api;

/// <summary>From what a person typed to the one conversation that is meant.</summary>
public sealed class ConversationLookup(IConversationIndex index, IGrainFactory grains)
{
    private const int MinPrefix = 4;
    private const int MaxCandidates = 10;

    /// <summary>The conversation, or the refusal.</summary>
    internal async Task<(ConversationDetail? Detail, IResult? Refusal)> Find(string text, CancellationToken cancellationToken)
    {
        string prefix = text.ToLowerInvariant();
        if (prefix.Length is < MinPrefix or > ConversationId.Length || !Base32.IsValid(prefix))
        {
            return (null, ApiProblems.BadRequest("Malformed conversation id",
                $"'{Shorten(text)}' is no conversation id: {MinPrefix} to {ConversationId.Length} of the characters {Base32.Alphabet} are expected. GET /api/v1/conversations lists ids."));
        }

        IReadOnlyList<string> found = await index.Find(prefix, MaxCandidates, cancellationToken);
        if (found.Count > 1)
            return (null, ApiProblems.Ambiguous(prefix, found));
        ConversationDetail? detail = found.Count == 1 ? await grains.GetGrain<IConversationGrain>(found[0]).Describe() : null;
        return detail is not null
            ? (detail, null)
            : (null, ApiProblems.NotFound("Unknown conversation", $"No kept conversation has an id that begins with '{prefix}'. GET /api/v1/conversations lists ids."));
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
