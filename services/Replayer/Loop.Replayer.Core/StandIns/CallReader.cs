using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.StandIns;

/// <summary>Reads from a request what identifies it.</summary>
/// <param name="declaredHeaders">Names in lower case of the headers that tell calls apart.</param>
/// <param name="mask">Replaces what differs in every run, such as trace ids, in the target, in declared headers and in textual bodies.</param>
public sealed class CallReader(IReadOnlyCollection<string> declaredHeaders, Func<string, string> mask)
{
    /// <summary>Reads.</summary>
    public CallIdentity Read(Message request)
    {
        HttpMessagePart part = request.Part;
        return new CallIdentity(
            (part.Header(":authority") ?? part.Header("host") ?? "").ToLowerInvariant(),
            part.Header(":method") ?? "",
            mask(part.Header(":path") ?? ""),
            // RFC 9110 §5.3: only the order of fields of one name has a meaning, and servers keep no other.
            declaredHeaders.Count == 0 ? [] : [.. part.Headers.Where(field => declaredHeaders.Contains(field.Name)).OrderBy(field => field.Name, StringComparer.Ordinal).Select(field => field with { Value = mask(field.Value) })],
            CallBody.Of(request, mask));
    }
}
