using System.Buffers.Binary;
using System.Globalization;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.StandIns;

/// <summary>Names what keeps a recorded call from being the one that was made.</summary>
internal static class MissCandidates
{
    /// <summary>More would not be read.</summary>
    public const int Limit = 3;

    // A call to another service is further away than one with another body.
    private static readonly Dictionary<string, int> Weights = new() { ["caller"] = 64, ["authority"] = 32, ["path"] = 16, ["method"] = 16, ["query"] = 4, ["header"] = 2, ["body"] = 1 };

    public static MissCandidate Of(RecordedCall recorded, CallIdentity identity, LiveCall live) => new(recorded, [.. Differences(recorded.Caller, identity, live)]);

    public static int Distance(MissCandidate candidate) =>
        candidate.Differences.Select(difference => difference.Field.Split(' ')[0]).Distinct().Sum(field => Weights[field]) * 1000 + Math.Min(candidate.Differences.Count, 999);

    private static IEnumerable<FieldDifference> Differences(string caller, CallIdentity before, LiveCall live)
    {
        CallIdentity after = live.Identity;
        IEnumerable<FieldDifference?> fields =
        [
            Compare("caller", caller, live.Caller),
            Compare("authority", before.Authority, after.Authority),
            Compare("method", before.Method, after.Method),
            Compare("path", before.Route, after.Route),
            Compare("query", before.Query, after.Query),
            .. before.Headers.Concat(after.Headers).Select(field => field.Name).Distinct().Select(name => Compare($"header {name}", Values(before, name), Values(after, name))),
        ];
        return [.. fields.OfType<FieldDifference>(), .. Bodies(before.Body, after.Body)];
    }

    private static FieldDifference? Compare(string field, string recorded, string replayed) => recorded == replayed ? null : new FieldDifference(field, recorded, replayed);

    private static string Values(CallIdentity identity, string name) => string.Join(", ", identity.Headers.Where(field => field.Name == name).Select(field => field.Value));

    private static IEnumerable<FieldDifference> Bodies(CallBody recorded, CallBody replayed)
    {
        if (recorded.Kind == replayed.Kind && recorded.Normalised.Span.SequenceEqual(replayed.Normalised.Span))
            return [];
        if (IsOfBytes(recorded) && recorded.Kind == replayed.Kind)
            return [FirstByte(recorded, replayed)];
        if (IsOfBytes(recorded) || IsOfBytes(replayed))
            return [new FieldDifference("body", Size(recorded), Size(replayed))];
        MessageComparison comparison = MessageComparer.Requests("", AsMessage(recorded), AsMessage(replayed), RunMask.None);
        FieldDifference[] found = [.. comparison.Divergences.Where(divergence => divergence.Place.Contains("body", StringComparison.Ordinal)).Select(Field)];
        return found.Length > 0 ? found : [new FieldDifference("body", Size(recorded), Size(replayed))];
    }

    private static bool IsOfBytes(CallBody body) => body.Kind is CallBodyKind.Large or CallBodyKind.Beginning;

    private static FieldDifference FirstByte(CallBody recorded, CallBody replayed)
    {
        // Two beginnings are compared when they are of one size.
        int start = recorded.Kind is CallBodyKind.Beginning ? CallBody.SizeBytes : 0;
        ReadOnlySpan<byte> before = recorded.Normalised.Span[start..];
        ReadOnlySpan<byte> after = replayed.Normalised.Span[start..];
        int index = before.CommonPrefixLength(after);
        return new FieldDifference(string.Create(CultureInfo.InvariantCulture, $"body byte {index}"), Byte(before, index), Byte(after, index));
    }

    private static string Byte(ReadOnlySpan<byte> bytes, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{(index < bytes.Length ? $"0x{bytes[index]:x2}" : "the end")} of {bytes.Length} bytes");

    private static FieldDifference Field(Divergence divergence) => new(divergence.Place["request ".Length..], divergence.Recorded, divergence.Replayed);

    private static string Size(CallBody body) => body.Kind is CallBodyKind.Beginning
        ? $"{BinaryPrimitives.ReadInt64LittleEndian(body.Normalised.Span)} bytes, {body.Normalised.Length - CallBody.SizeBytes} of them kept"
        : $"{body.Normalised.Length} bytes ({body.Kind.ToString().ToLowerInvariant()})";

    private static Message AsMessage(CallBody body)
    {
        string mediaType = body.Kind switch { CallBodyKind.Json => "application/json", CallBodyKind.Text => "text/plain", CallBodyKind.FirstMessage => "application/grpc", _ => "application/octet-stream" };
        BodyInfo info = new() { SizeBytes = body.Normalised.Length, KeptBytes = body.Normalised.Length };
        return new Message(new HttpMessagePart { Headers = [new HeaderField("content-type", mediaType)], Body = info }, body.Normalised);
    }
}
