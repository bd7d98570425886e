using System.Text;
using Loop.Capture.Core.Decoding;
using Loop.Capture.Core.Ring;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Redaction;

namespace Loop.Capture.Core.Searching;

/// <summary>
/// Finds the requests of a session where they entered the mesh: by tokens, of which nobody needs to know the secret. Only the headers that may hold one are
/// read, since a full ring has a hundred thousand records and decoding one whole takes ten times as long.
/// </summary>
internal sealed class SessionFilter(SameSession session, HeaderRedactor redactor) : IEntryFilter
{
    private readonly HashSet<string> _tokens = [.. session.Tokens];
    private readonly List<RecordedPart> _parts = [];

    public bool MayFit(RingRecord record) => !record.IsAccessLog && record.KeyCount > 0 && record.View is ExchangeView.Edge or ExchangeView.Server;

    public bool Fits(RingRecord record)
    {
        var request = new List<HeaderField>();
        var response = new List<HeaderField>();
        if (!TryAddRequest(record, request))
            return false;
        if (HeaderPart.TryFind(record, PartKind.ResponseHeaders, _parts, out RecordedPart answer))
            Add(response, answer);
        if (request.Count + response.Count == 0)
            return false;
        HashSet<string> carried = [.. SessionTokens.Of(redactor.Redact(request, out _), redactor.Redact(response, out _), record.FirstArrivalAt)];
        return session.NeedsAll ? _tokens.Count > 0 && _tokens.IsSubsetOf(carried) : _tokens.Overlaps(carried);
    }

    public bool Fits(RingRecord record, Exchange head) => head.View is ExchangeView.Edge || !head.IsSentByProxy();

    // False for a call from within the mesh, which is most of what a ring holds.
    private bool TryAddRequest(RingRecord record, List<HeaderField> headers)
    {
        if (!HeaderPart.TryFind(record, PartKind.RequestHeaders, _parts, out RecordedPart part))
            return false;
        if (record.View is ExchangeView.Server && IsSentByProxy(part))
            return false;
        Add(headers, part);
        return true;
    }

    private static bool IsSentByProxy(in RecordedPart part)
    {
        using var bytes = new ContiguousBytes(part.Payload);
        var walker = new HeaderMapWalker(bytes.Span);
        while (walker.Next())
        {
            if (walker.Name.SequenceEqual("x-envoy-expected-rq-timeout-ms"u8) || walker.Name.SequenceEqual("x-envoy-attempt-count"u8))
                return true;
        }

        return false;
    }

    private static void Add(List<HeaderField> headers, in RecordedPart part)
    {
        using var bytes = new ContiguousBytes(part.Payload);
        var walker = new HeaderMapWalker(bytes.Span);
        while (walker.Next())
        {
            if (SessionTokens.MayHold(walker.Name))
                headers.Add(new HeaderField(Encoding.Latin1.GetString(walker.Name), Encoding.Latin1.GetString(walker.Value)));
        }
    }
}
