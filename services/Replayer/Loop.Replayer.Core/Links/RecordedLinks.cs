using Loop.Contracts.Redaction;

namespace Loop.Replayer.Core.Links;

/// <summary>Values that flow through a conversation, found in the recording alone.</summary>
/// <param name="Links">Followed in a replay.</param>
/// <param name="Proposals">Not followed unless a person says so.</param>
public sealed record RecordedLinks(IReadOnlyList<ValueLink> Links, IReadOnlyList<LinkProposal> Proposals)
{
    /// <summary>No links.</summary>
    public static RecordedLinks None { get; } = new([], []);

    /// <summary>
    /// Finds them. A value is linked when it was born in one message and used in a later one by somebody who had heard it, and either has at least
    /// eight characters or stands under one field name each time. What came in from outside was not born here.
    /// </summary>
    public static RecordedLinks Of(IEnumerable<LinkMessage> messages)
    {
        Dictionary<(string? Scope, string Value), ValueFlow> flows = [];
        foreach (LinkMessage message in messages.OrderBy(message => message.At))
        {
            foreach ((string? scope, string value, LinkPlace place, bool isFollowed) in Occurrences(message))
            {
                if (!flows.TryGetValue((scope, value), out ValueFlow? flow))
                    flows[(scope, value)] = flow = new ValueFlow(value, scope, message);
                flow.Add(message, place, isFollowed);
            }
        }

        List<ValueFlow> used = [.. flows.Values.Where(flow => flow.IsUsed && !flow.CameIn && flow.Scope is not "")];
        return new RecordedLinks([.. used.Where(flow => flow.SecondBirth is null).Select(flow => flow.ToLink())], [.. used.Where(flow => flow.SecondBirth is not null).Select(flow => flow.ToProposal()), .. Short(flows)]);
    }

    /// <summary>Headers of a recorded request whose redaction tokens stand for values that earlier answers made: a replay makes them anew.</summary>
    public IReadOnlySet<string> HeadersWithBoundTokens(string hopId) => Links
        .Where(link => HeaderRedactor.IsToken(link.Value))
        .SelectMany(link => link.Uses)
        .Where(place => place.HopId == hopId && place.Side is LinkSide.Request && place.Place.StartsWith("header ", StringComparison.Ordinal))
        .Select(place => place.Place["header ".Length..].Split('.')[0])
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<(string? Scope, string Value, LinkPlace Place, bool IsFollowed)> Occurrences(LinkMessage message)
    {
        string route = message.Side is LinkSide.Request ? RouteOf(message.Message) : "";
        foreach (FieldText field in FieldTexts.Of(message.Message))
        {
            if (LinkCandidate.IsNamed(field.Text, field.NamesId))
                yield return (LinkCandidate.Plain(field.Name), field.Text, new LinkPlace(message.HopId, message.Side, field.Place, "", "", route), true);
            // A redaction token is one id, whatever its parts look like.
            bool isToken = HeaderRedactor.IsToken(field.Text);
            foreach (string token in TokenText.Of(field.Text).Where(token => LinkCandidate.IsUnmistakable(token) && (!isToken || HeaderRedactor.IsToken(token))))
            {
                int at = TokenText.Positions(field.Text, token).DefaultIfEmpty(-1).First();
                if (at >= 0)
                    yield return (null, token, new LinkPlace(message.HopId, message.Side, field.Place, field.Text[..at], field.Text[(at + token.Length)..], route), LinkCandidate.IsFollowed(token, field.NamesId));
            }
        }
    }

    /// <summary>Method and authority: requests of one kind name their fields alike.</summary>
    internal static string RouteOf(Comparison.Message request) =>
        $"{request.Part.Header(":method")} {(request.Part.Header(":authority") ?? request.Part.Header("host") ?? "").ToLowerInvariant()}";

    // The same short value under two names that both mean ids: often the same thing, often not.
    private static IEnumerable<LinkProposal> Short(Dictionary<(string? Scope, string Value), ValueFlow> flows) => flows.Values
        .Where(flow => flow.Scope is not null)
        .GroupBy(flow => flow.Value, StringComparer.Ordinal)
        .Where(group => group.Count() > 1 && !group.First().CameIn)
        .Select(group => new LinkProposal(group.Key, [.. group.SelectMany(flow => flow.Places)], "it is too short to be told from an equal value, and its fields have different names"));
}
