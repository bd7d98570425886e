using CsCheck;
using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Tests.Packs;

/// <summary>Conversations in which everything may be missing, odd or the same as elsewhere: exchanges, and access-log entries that speak of some of them.</summary>
internal static class HeadSamples
{
    private static readonly Gen<string> Digits = Gen.Char["0123456789abcdef"].Array[32].Select(digits => new string(digits));

    private static readonly Gen<string> Identifier = Gen.OneOf(
        Digits,
        Digits.Select(digits => digits[..16]),
        Digits.Select(digits => $"{digits[..8]}-{digits[8..12]}-{digits[12..16]}-{digits[16..20]}-{digits[20..]}"),
        Gen.Select(Digits, Digits, (trace, span) => $"00-{trace}-{span[..16]}-01"),
        Digits.Select(digits => digits.ToUpperInvariant()));

    // Latin-1, with the characters that the streams use as marks.
    private static readonly Gen<string> Text = Gen.OneOf(
        One("", "POST", "/", "\n", "\0\n\u0001\u0002\u0003", "via_upstream"),
        Identifier,
        Gen.Select(Gen.String[Gen.Char['\0', 'ÿ'], 0, 12], Identifier, Gen.String[Gen.Char['\0', 'ÿ'], 0, 12], (before, middle, after) => before + middle + after),
        Gen.String[Gen.Char['\0', 'ÿ'], 0, 40]);

    private static readonly Gen<string> Address = Gen.OneOf(
        Gen.Select(One("127.0.0.1", "10.0.0.7", "[::1]", "", ":"), Gen.Int[0, 70_000], (host, port) => $"{host}:{port}"),
        One("", "unix:/run/socket", "127.0.0.1:08080", "127.0.0.1:", "::", "vm/127.0.0.1/web", "[::1]:+1"));

    private static readonly Gen<HeaderField[]> Fields =
        Gen.Select(One(":method", ":path", "traceparent", "x-request-id", "content-type", "set-cookie", ""), Text, (name, value) => new HeaderField(name, value)).Array[0, 8];

    private static readonly Gen<DateTimeOffset> Time = Gen.OneOf(
        Gen.Long[-50_000_000, 50_000_000].Select(ticks => PackSamples.Noon.AddTicks(ticks)),
        One(PackSamples.Noon, DateTimeOffset.MinValue, new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero)));

    private static readonly Gen<TraceKey> Key = Gen.OneOf(
        Digits.Select(digits => TraceKey.FromTraceId("1" + digits[1..])!.Value),
        Identifier.Select(id => TraceKey.FromRequestId(id)!.Value));

    private static readonly Gen<BodyChunk[]?> Chunks = Gen.Frequency(
        (3, Gen.Const((BodyChunk[]?)null)), (1, Gen.Select(Gen.OneOf(Gen.Long[0, 70_000], Gen.Const(long.MaxValue)), Time, (offset, at) => new BodyChunk(offset, at)).Array[1, 5].Select(chunks => (BodyChunk[]?)chunks)));

    private static readonly Gen<(HttpMessagePart Part, byte[] Body)> Part =
        from headers in Fields
        from trailers in Gen.OneOf(Gen.Const(Array.Empty<HeaderField>()), Fields)
        from body in Gen.OneOf(Gen.Const(Array.Empty<byte>()), Gen.Byte[97, 99].Array[1, 3])
        from size in One(0L, 5L, 70_000L)
        from flags in Gen.Select(Gen.Bool, Gen.Bool)
        from at in Gen.OneOf(Gen.Const((DateTimeOffset?)null), Time.Select(time => (DateTimeOffset?)time))
        from chunks in Chunks
        select (
            new HttpMessagePart
            {
                Chunks = chunks,
                Headers = headers,
                Trailers = trailers,
                HeadersAt = at,
                Body = new BodyInfo
                {
                    SizeBytes = body.Length + size,
                    KeptBytes = body.Length,
                    Truncated = flags.Item1,
                    Exact = flags.Item2,
                    Sha256 = body.Length == 0 ? null : PackSamples.Sha256(body),
                },
            },
            body);

    private static readonly Gen<CapturedExchange> Exchange =
        from id in Gen.Select(One("node-a", "vm"), One(1_795_793_876_689L, 0L, long.MaxValue), Gen.OneOf(Gen.Long[1, 400], Gen.Const(long.MaxValue)))
        from kind in Gen.Select(Gen.Enum<CaptureInput>(), Gen.Enum<ExchangeView>(), Gen.Enum<ExchangeEnd>(), Gen.Enum<BrokenOffBy>())
        from names in Gen.Select(Optional(Text), Optional(Text), Address, Optional(Text))
        from times in Gen.Select(Time, Gen.OneOf(Gen.Const((TimeSpan?)null), Gen.OneOf(Gen.Long[0, 5_000_000], One(-1L, 300 * TimeSpan.TicksPerDay)).Select(ticks => (TimeSpan?)TimeSpan.FromTicks(ticks))))
        from request in Gen.Frequency((1, Gen.Const((ValueTuple<HttpMessagePart, byte[]>?)null)), (4, Part.Select(part => ((HttpMessagePart, byte[])?)part)))
        from response in Gen.Frequency((1, Gen.Const((ValueTuple<HttpMessagePart, byte[]>?)null)), (4, Part.Select(part => ((HttpMessagePart, byte[])?)part)))
        from ends in Optional(Address).Array[4]
        from outcome in Gen.Select(One("UC", "UT").Array[0, 2], Optional(Text), Gen.OneOf(Gen.Const((int?)null), Gen.Int.Select(number => (int?)number)))
        from spans in Optional(Digits.Select(digits => digits[..16])).Array[2]
        from lists in Gen.Select(Key.Array[0, 3], Text.Array[0, 2])
        select new CapturedExchange(
            new Exchange
            {
                Id = new ExchangeId(id.Item1, id.Item2, id.Item3),
                Input = kind.Item1,
                View = kind.Item2,
                End = kind.Item3,
                BrokenOffBy = kind.Item4,
                Service = names.Item1,
                Namespace = names.Item2,
                Instance = names.Item3,
                Protocol = names.Item4,
                StartedAt = times.Item1,
                Duration = times.Item2,
                Request = request?.Item1,
                Response = response?.Item1,
                Endpoints = new ExchangeEndpoints(ends[0], ends[1], ends[2], ends[3]),
                ResponseFlags = outcome.Item1,
                ResponseCodeDetails = outcome.Item2,
                AttemptCount = outcome.Item3,
                IncomingSpanId = spans[0],
                OutgoingSpanId = spans[1],
                Keys = lists.Item1,
                Redacted = lists.Item2,
            },
            request?.Item2 ?? [],
            response?.Item2 ?? []);

    /// <summary>One to eight; for each, maybe the entry of an access log that speaks of it, before or after it.</summary>
    public static readonly Gen<CapturedExchange[]> Conversation =
        from exchanges in Exchange.Array[1, 8]
        from logs in Gen.Select(Gen.Bool, Gen.Bool, Gen.Long[0, 9000], Gen.Char["0123456789abcdef"]).Array[8]
        select exchanges.Zip(logs).SelectMany(pair => pair.Second.Item1 ? WithLog(pair.First, pair.Second) : [pair.First]).ToArray();

    private static Gen<T> One<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static Gen<string?> Optional(Gen<string> text) => Gen.Frequency((1, Gen.Const((string?)null)), (3, text.Select(value => (string?)value)));

    private static CapturedExchange[] WithLog(CapturedExchange captured, (bool HasLog, bool IsFirst, long Ticks, char Digit) log)
    {
        Exchange head = captured.Head;
        var entry = new CapturedExchange(
            head with
            {
                Id = head.Id with { Sequence = (head.Id.Sequence / 2) + log.Ticks },
                Input = CaptureInput.AccessLog,
                Duration = TimeSpan.FromTicks(log.Ticks),
                IncomingSpanId = null,
                OutgoingSpanId = new string(log.Digit, 16),
                Request = head.Request is { } request ? request with { Headers = [.. request.Headers.Reverse().Skip(1)], Body = Unkept(request.Body) } : null,
                Response = head.Response is { } response ? response with { Headers = [.. response.Headers.Take(2)], Trailers = [], Body = Unkept(response.Body) } : null,
            },
            ReadOnlyMemory<byte>.Empty,
            ReadOnlyMemory<byte>.Empty);
        return log.IsFirst ? [entry, captured] : [captured, entry];
    }

    private static BodyInfo Unkept(BodyInfo body) => body.SizeBytes == 0 ? BodyInfo.Empty : new BodyInfo { SizeBytes = body.SizeBytes, Truncated = true };
}
