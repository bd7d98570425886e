using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Loop.Protocols.Exchanges.V1;

namespace Loop.Store.Core.Packs.Heads;

/// <summary>
/// Goes through the fields of a head in their fixed order, each against what the reference, an earlier head, makes one expect. The reference is only a
/// guess at what is alike (an access-log entry's is mostly the exchange that it speaks of): the head comes out the same whatever it is.
/// </summary>
internal static class HeadWalk
{
    /// <summary>What a head is told against when it is like none before.</summary>
    public static readonly HeadRow Blank = Empty();

    /// <summary>What a reader fills.</summary>
    public static HeadRow Empty() => new(new ExchangeHead { StartedAt = new Timestamp() }, 0, 0);

    /// <summary>Codes a head; a reader gets its values set into <paramref name="row"/>'s empty head.</summary>
    /// <param name="coder">Direction and streams.</param>
    /// <param name="row">The head with the numbers of its bodies.</param>
    /// <param name="reference">An earlier one, or <see cref="Blank"/>.</param>
    /// <param name="kin">The latest earlier one of the same input, if there is one of the same view, or <see cref="Blank"/>: what its form is like.</param>
    /// <param name="bodySizes">Sizes of the bodies in the index, by number from 1.</param>
    public static HeadRow Code(HeadCoder coder, HeadRow row, HeadRow reference, Func<ExchangeHead, HeadRow> kinOf, Func<int, int> bodySizes)
    {
        ExchangeHead head = row.Head;
        ExchangeHead like = reference.Head;
        head.Input = (int)coder.Number(head.Input, like.Input);
        head.View = (int)coder.Number(head.View, like.View);
        ExchangeHead kin = kinOf(head).Head;
        head.Node = coder.OptionalText(head.Node, like.Node) ?? "";
        head.Epoch = coder.Number(head.Epoch, like.Epoch);
        head.Sequence = coder.Number(head.Sequence, kin.Sequence + 1);
        if (coder.OptionalText(head.HasService ? head.Service : null, like.HasService ? like.Service : null) is { } service)
            head.Service = service;
        if (coder.OptionalText(head.HasNamespace ? head.Namespace : null, like.HasNamespace ? like.Namespace : null) is { } space)
            head.Namespace = space;
        head.Instance = coder.Address(head.Instance, like.Instance) ?? "";
        head.StartedAt = HeadTimes.Stamp(coder.Ticks(HeadTimes.Of(head.StartedAt), HeadTimes.Of(like.StartedAt)));
        head.Duration = HeadTimes.Span(coder.OptionalTicks(HeadTimes.Of(head.Duration), HeadTimes.Of(like.Duration)));
        if (coder.OptionalText(head.HasProtocol ? head.Protocol : null, like.HasProtocol ? like.Protocol : null) is { } protocol)
            head.Protocol = protocol;
        bool isSameInput = head.Input == like.Input;
        (head.Request, int requestBody) = HeadPartWalk.Code(coder, head.Request, row.RequestBody, like.Request, kin.Request, isSameInput ? reference.RequestBody : 0, HeadTimes.Of(head.StartedAt), HeadTimes.Of(like.StartedAt), bodySizes);
        (head.Response, int responseBody) = HeadPartWalk.Code(coder, head.Response, row.ResponseBody, like.Response, kin.Response, isSameInput ? reference.ResponseBody : 0, HeadTimes.EndOf(head), HeadTimes.EndOf(like), bodySizes);
        head.End = (int)coder.Number(head.End, like.End);
        head.BrokenOffBy = (int)coder.Number(head.BrokenOffBy, like.BrokenOffBy);
        CodeAddresses(coder, head, like);
        CodeOutcome(coder, head, like, ReferenceEquals(kin, Blank.Head) ? like : kin);
        return new HeadRow(head, requestBody, responseBody);
    }

    private static void CodeAddresses(HeadCoder coder, ExchangeHead head, ExchangeHead like)
    {
        if (coder.Address(head.HasDownstreamRemote ? head.DownstreamRemote : null, like.HasDownstreamRemote ? like.DownstreamRemote : null) is { } downstreamRemote)
            head.DownstreamRemote = downstreamRemote;
        if (coder.Address(head.HasDownstreamLocal ? head.DownstreamLocal : null, like.HasDownstreamLocal ? like.DownstreamLocal : null) is { } downstreamLocal)
            head.DownstreamLocal = downstreamLocal;
        if (coder.Address(head.HasUpstreamLocal ? head.UpstreamLocal : null, like.HasUpstreamLocal ? like.UpstreamLocal : null) is { } upstreamLocal)
            head.UpstreamLocal = upstreamLocal;
        if (coder.Address(head.HasUpstreamRemote ? head.UpstreamRemote : null, like.HasUpstreamRemote ? like.UpstreamRemote : null) is { } upstreamRemote)
            head.UpstreamRemote = upstreamRemote;
    }

    private static void CodeOutcome(HeadCoder coder, ExchangeHead head, ExchangeHead like, ExchangeHead kin)
    {
        Set(head.ResponseFlags, coder.Texts(head.ResponseFlags, like.ResponseFlags));
        if (coder.OptionalText(head.HasResponseCodeDetails ? head.ResponseCodeDetails : null, like.HasResponseCodeDetails ? like.ResponseCodeDetails : null) is { } details)
            head.ResponseCodeDetails = details;
        if (coder.OptionalNumber(head.HasAttemptCount ? head.AttemptCount : null, like.HasAttemptCount ? like.AttemptCount : null) is { } attempts)
            head.AttemptCount = (int)attempts;

        // The span of a context lies in the request's own header, too: as the one that came, or as the one that was sent.
        string? span = SpanOf(head.Request);
        if (coder.OptionalText(head.HasIncomingSpanId ? head.IncomingSpanId : null, kin.HasIncomingSpanId || !kin.HasOutgoingSpanId ? span : null) is { } incoming)
            head.IncomingSpanId = incoming;
        if (coder.OptionalText(head.HasOutgoingSpanId ? head.OutgoingSpanId : null, kin.HasOutgoingSpanId ? span : null) is { } outgoing)
            head.OutgoingSpanId = outgoing;
        Set(head.Keys, coder.Texts(head.Keys, kin.Keys));
        Set(head.Redacted, coder.Texts(head.Redacted, kin.Redacted));
    }

    private static string? SpanOf(MessagePart? request)
    {
        // "00-" + 32 digits + "-" + 16 digits + "-01" (W3C Trace Context §3.2).
        const int length = 55;
        ByteString? value = request?.Headers.FirstOrDefault(field => field.Name == "traceparent")?.Value;
        return value?.Length == length ? System.Text.Encoding.Latin1.GetString(value.Span.Slice(36, 16)) : null;
    }

    private static void Set(Google.Protobuf.Collections.RepeatedField<string> target, IReadOnlyList<string> values)
    {
        if (ReferenceEquals(target, values))
            return;
        string[] copy = [.. values];
        target.Clear();
        target.AddRange(copy);
    }
}
