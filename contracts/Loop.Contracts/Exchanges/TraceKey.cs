using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Loop.Contracts.Exchanges;

/// <summary>What a <see cref="TraceKey"/> was read from.</summary>
public enum TraceKeyKind
{
    /// <summary>128-bit trace id of W3C <c>traceparent</c> or of B3 (padded with zeros on the left), 32 lower-case hex digits.</summary>
    Trace,

    /// <summary><c>x-request-id</c>; digit 14 is normalised to 4 when the id has the shape of a UUID (Envoy packs its trace decision there).</summary>
    Request,
}

/// <summary>One name by which exchanges of a conversation are joined. Its text is <c>trace:HEX</c> or <c>request:ID</c>.</summary>
/// <param name="Kind">Where the value comes from.</param>
/// <param name="Value">Normalised value, at most 256 characters, not empty.</param>
[JsonConverter(typeof(TraceKeyJsonConverter))]
public readonly record struct TraceKey(TraceKeyKind Kind, string Value)
{
    private const int MaxValueLength = 256;
    private const int UuidLength = 36;
    private const int VersionDigit = 14;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>The key of a <c>traceparent</c> header (W3C Trace Context §3.2); null when malformed or all zero.</summary>
    public static TraceKey? FromTraceParent(ReadOnlySpan<char> header) =>
        header.Length >= 55 && header[2] == '-' && header[35] == '-' ? FromTraceId(header.Slice(3, 32)) : null;

    /// <summary>The key of a 64- or 128-bit hex trace id (B3 allows both); null when malformed or all zero.</summary>
    public static TraceKey? FromTraceId(ReadOnlySpan<char> hex)
    {
        if (hex.Length is not (16 or 32) || hex.IndexOfAnyExcept(HexDigits) >= 0 || hex.IndexOfAnyExcept('0') < 0)
            return null;
        Span<char> lower = stackalloc char[hex.Length];
        hex.ToLowerInvariant(lower);
        return new TraceKey(TraceKeyKind.Trace, new string(lower).PadLeft(32, '0'));
    }

    /// <summary>The key of the single <c>b3</c> header (<c>traceid-spanid…</c>); null when it carries no ids.</summary>
    public static TraceKey? FromB3(ReadOnlySpan<char> header)
    {
        int dash = header.IndexOf('-');
        return dash < 0 ? null : FromTraceId(header[..dash]);
    }

    /// <summary>The key of an <c>x-request-id</c>; null when empty or longer than 256 characters.</summary>
    public static TraceKey? FromRequestId(ReadOnlySpan<char> id)
    {
        id = id.Trim();
        if (id.IsEmpty || id.Length > MaxValueLength)
            return null;
        if (!IsUuidShaped(id))
            return new TraceKey(TraceKeyKind.Request, id.ToString());
        Span<char> normalised = stackalloc char[UuidLength];
        id.ToLowerInvariant(normalised);
        normalised[VersionDigit] = '4';
        return new TraceKey(TraceKeyKind.Request, new string(normalised));
    }

    /// <summary>Every key that a person may mean by <paramref name="text"/>: <c>trace:…</c>, <c>request:…</c>, a bare trace id, traceparent or request id.</summary>
    public static IReadOnlyList<TraceKey> FromUserText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (TryParse(text, out TraceKey exact))
            return [exact];
        TraceKey?[] candidates = [FromTraceParent(text), FromTraceId(text), FromRequestId(text)];
        return [.. candidates.Where(key => key is not null).Select(key => key!.Value)];
    }

    /// <summary>Reads <c>trace:…</c> or <c>request:…</c>, normalising the value.</summary>
    public static bool TryParse(string? text, out TraceKey key)
    {
        TraceKey? parsed = text switch
        {
            not null when text.StartsWith("trace:", StringComparison.Ordinal) => FromTraceId(text.AsSpan(6)),
            not null when text.StartsWith("request:", StringComparison.Ordinal) => FromRequestId(text.AsSpan(8)),
            _ => null,
        };
        key = parsed ?? default;
        return parsed is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => (Kind == TraceKeyKind.Trace ? "trace:" : "request:") + Value;

    private static bool IsUuidShaped(ReadOnlySpan<char> id)
    {
        if (id.Length != UuidLength)
            return false;
        for (int index = 0; index < id.Length; index++)
        {
            bool isDash = index is 8 or 13 or 18 or 23;
            if (isDash ? id[index] != '-' : !char.IsAsciiHexDigit(id[index]))
                return false;
        }

        return true;
    }
}

/// <summary>Writes a <see cref="TraceKey"/> as its text.</summary>
public sealed class TraceKeyJsonConverter : JsonConverter<TraceKey>
{
    /// <inheritdoc/>
    public override TraceKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TraceKey.TryParse(reader.GetString(), out TraceKey key) ? key : throw new JsonException("A trace key is trace:HEX or request:ID.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TraceKey value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
