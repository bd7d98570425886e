using System.Security.Cryptography;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Requests;

namespace Loop.Replayer.Core.Links;

/// <summary>A request as it is driven: with the values that earlier live answers held, and without tokens for which there are none. A token is never sent.</summary>
/// <param name="Request">To send.</param>
/// <param name="TokensLeftOut">Names of headers that lost a token.</param>
public sealed record DrivenRequest(WireRequest Request, IReadOnlyList<string> TokensLeftOut)
{
    /// <summary>Reads the bindings as they are now.</summary>
    public static DrivenRequest Of(WireRequest recorded, string hopId, LiveBindings bindings)
    {
        Message message = bindings.DrivenWithLive(hopId, MessageOf(recorded)).Message;
        List<string> leftOut = [];
        List<HeaderField> headers = [];
        foreach (HeaderField field in message.Part.Headers.Where(field => !field.Name.StartsWith(':')))
        {
            if (!HasToken(field.Value))
            {
                headers.Add(field);
                continue;
            }

            leftOut.Add(field.Name);
            // Other cookies are sent all the same.
            string rest = field.Name is "cookie" ? string.Join("; ", field.Value.Split(';', StringSplitOptions.TrimEntries).Where(cookie => !HasToken(cookie))) : "";
            if (rest.Length > 0)
                headers.Add(field with { Value = rest });
        }

        return new DrivenRequest(recorded with { Path = message.Part.Header(":path")!, Headers = headers, Trailers = message.Part.Trailers, Body = message.Body }, leftOut);
    }

    private static bool HasToken(string value) => value.Contains(HeaderTreatment.TokenMark, StringComparison.Ordinal);

    private static Message MessageOf(WireRequest request) => new(
        new HttpMessagePart
        {
            Headers = [new(":method", request.Method), new(":path", request.Path), new(":authority", request.Authority ?? ""), .. request.Headers],
            Trailers = request.Trailers,
            Body = new BodyInfo { SizeBytes = request.Body.Length, KeptBytes = request.Body.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(request.Body.Span)) },
        },
        request.Body);
}
