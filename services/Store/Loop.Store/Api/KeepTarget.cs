using Loop.Contracts;
using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Conversations;
using Loop.Store.Core.ReadModels;
using Microsoft.AspNetCore.Http;

namespace Loop.Store.Api;

/// <summary>From what a person typed to a conversation that is kept: one that was, by the beginning of its id, else what the rings hold of a key.</summary>
public sealed class KeepTarget(IConversationIndex index, PendingKeeps keeps)
{
    private const int MinPrefix = 4;
    private const int MaxCandidates = 10;

    /// <summary>The conversation, and whether it is new to the lists; or the refusal.</summary>
    internal async Task<(ConversationId Id, bool IsNew, IResult? Refusal)> Keep(string text, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> kept = await Kept(text, cancellationToken);
        if (kept.Count > 1)
            return (default, false, ApiProblems.Ambiguous(text.ToLowerInvariant(), kept));
        if (kept is [var only])
        {
            ConversationId id = ConversationId.Parse(only);
            return (id, await keeps.Adopt(id, session: null), null);
        }

        IReadOnlyList<TraceKey> keys = TraceKey.FromUserText(text);
        if (keys.Count == 0)
            return (default, false, ApiProblems.BadRequest("Malformed key", "Send {\"key\":\"…\"} with a trace id (16 or 32 hex digits), a traceparent, a request id of 1 to 256 characters, or the beginning of a kept conversation's id."));
        KeepResult result = await keeps.Keep(keys, cancellationToken);
        return result.Id is { } found ? (await Resolved(found, cancellationToken), result.IsNew, null) : (default, false, NothingKept(keys, result));
    }

    // A request id may look like the beginning of an id: what is kept is meant then, and request:… names the other.
    private async Task<IReadOnlyList<string>> Kept(string text, CancellationToken cancellationToken)
    {
        string prefix = text.ToLowerInvariant();
        return prefix.Length is >= MinPrefix and <= ConversationId.Length && Base32.IsValid(prefix) ? await index.Find(prefix, MaxCandidates, cancellationToken) : [];
    }

    // An alias is possible: what was kept just now may have turned out to be part of an older conversation.
    private async Task<ConversationId> Resolved(ConversationId id, CancellationToken cancellationToken) =>
        await index.Find(id.Value, 1, cancellationToken) is [var found] ? ConversationId.Parse(found) : id;

    // "Nobody has it" and "somebody could not be asked" are two answers.
    private static IResult NothingKept(IReadOnlyList<TraceKey> keys, KeepResult result)
    {
        if (result.Asked.Count == 0)
            return ApiProblems.Problem(StatusCodes.Status503ServiceUnavailable, "No capture node is connected", "Nothing could be asked and nothing is kept. Start a capture node (loopd --roles capture) or see loopctl status or GET /api/v1/status.");
        string key = string.Join(" or ", keys);
        return result.Silent.Count == 0
            ? ApiProblems.NotFound("No exchange of that key", $"None of {result.Asked.Count} capture nodes holds an exchange of {key}; nothing is kept. It may be older than their horizon: see loopctl status or GET /api/v1/status.")
            : ApiProblems.Problem(StatusCodes.Status503ServiceUnavailable, "Not every capture node answered", $"No exchange of {key} came, and {string.Join(", ", result.Silent)} did not answer; nothing is kept. Ask again.");
    }
}
