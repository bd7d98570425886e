using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Requests;

namespace Loop.Replayer.Core.Runs;

/// <summary>Puts minted tokens into what a live service is sent or answered.</summary>
internal static class MintedMessage
{
    /// <summary>A recorded request as it can be sent; what was minted is redacted no more.</summary>
    public static (Exchange Recorded, IReadOnlyList<string> Notes) Request(Exchange recorded, string service, IMintedTokens? tokens)
    {
        if (tokens is null || recorded.Request is not { } part)
            return (recorded, []);
        (IReadOnlyList<HeaderField> headers, IReadOnlyList<string> notes) = Headers(part.Headers, service, tokens);
        if (notes.Count == 0)
            return (recorded, []);
        string[] redacted = [.. recorded.Redacted.Where(name => !IsWhole(name, headers))];
        return (recorded with { Request = part with { Headers = headers }, Redacted = redacted }, notes);
    }

    /// <summary>The headers of a recorded answer as a live service can be given them.</summary>
    public static IReadOnlyList<HeaderField> Answer(IReadOnlyList<HeaderField> headers, string service, IMintedTokens? tokens) =>
        tokens is null ? headers : Headers(headers, service, tokens).Headers;

    private static (IReadOnlyList<HeaderField> Headers, IReadOnlyList<string> Notes) Headers(IReadOnlyList<HeaderField> headers, string service, IMintedTokens tokens)
    {
        List<string> notes = [];
        HeaderField[] all = [.. headers];
        for (int index = 0; index < all.Length; index++)
        {
            if (tokens.Mint(service, all[index]) is not { } minted)
                continue;
            all[index] = all[index] with { Value = minted.Value };
            notes.Add(minted.Note);
        }

        return (notes.Count == 0 ? headers : all, notes);
    }

    // A cookie header may hold a token that is minted and one that is not.
    private static bool IsWhole(string redacted, IReadOnlyList<HeaderField> headers) => headers
        .Where(field => redacted.Equals($"request:{field.Name}", StringComparison.OrdinalIgnoreCase))
        .Select(field => !field.Value.Contains(HeaderTreatment.TokenMark, StringComparison.Ordinal)).DefaultIfEmpty(false).All(whole => whole);
}
