using System.Buffers;
using System.Text;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Decoding;

/// <summary>
/// Hashes trace keys straight from header bytes, without the strings that <see cref="TraceKey"/> makes. Its normalisation must equal
/// that of <see cref="TraceKey"/>; a property test holds the two together.
/// </summary>
internal static class TraceKeyScanner
{
    private const int StackLimit = 512;
    private const int MaxRequestIdLength = 256;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>What a header's value is to be read as.</summary>
    internal enum Form
    {
        /// <summary>W3C <c>traceparent</c>.</summary>
        TraceParent,

        /// <summary>A bare trace id.</summary>
        TraceId,

        /// <summary>The single <c>b3</c> header.</summary>
        B3,

        /// <summary>A request id.</summary>
        RequestId,
    }

    /// <summary>The hash of the key in a value, one character per byte; 0 when there is none.</summary>
    public static ulong Hash(Form form, ReadOnlySpan<byte> value)
    {
        char[]? rented = value.Length > StackLimit ? ArrayPool<char>.Shared.Rent(value.Length) : null;
        Span<char> text = rented ?? stackalloc char[StackLimit];
        text = text[..value.Length];
        Encoding.Latin1.GetChars(value, text);
        ulong hash = Hash(form, text);
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
        return hash;
    }

    /// <summary>The hash of the key in a value; 0 when there is none.</summary>
    public static ulong Hash(Form form, ReadOnlySpan<char> value) => form switch
    {
        Form.TraceParent => value.Length >= 55 && value[2] == '-' && value[35] == '-' ? OfTraceId(value.Slice(3, 32)) : 0,
        Form.TraceId => OfTraceId(value),
        Form.B3 => value.IndexOf('-') is >= 0 and var dash ? OfTraceId(value[..dash]) : 0,
        _ => OfRequestId(value),
    };

    private static ulong OfTraceId(ReadOnlySpan<char> hex)
    {
        if (hex.Length is not (16 or 32) || hex.IndexOfAnyExcept(HexDigits) >= 0 || hex.IndexOfAnyExcept('0') < 0)
            return 0;
        Span<char> normalised = stackalloc char[32];
        normalised.Fill('0');
        hex.ToLowerInvariant(normalised[(32 - hex.Length)..]);
        return KeyHash.Of(TraceKeyKind.Trace, normalised);
    }

    private static ulong OfRequestId(ReadOnlySpan<char> id)
    {
        id = id.Trim();
        if (id.IsEmpty || id.Length > MaxRequestIdLength)
            return 0;
        if (!IsUuidShaped(id))
            return KeyHash.Of(TraceKeyKind.Request, id);
        Span<char> normalised = stackalloc char[36];
        id.ToLowerInvariant(normalised);
        normalised[14] = '4';
        return KeyHash.Of(TraceKeyKind.Request, normalised);
    }

    private static bool IsUuidShaped(ReadOnlySpan<char> id)
    {
        if (id.Length != 36)
            return false;
        for (int index = 0; index < id.Length; index++)
        {
            if (index is 8 or 13 or 18 or 23 ? id[index] != '-' : !char.IsAsciiHexDigit(id[index]))
                return false;
        }

        return true;
    }
}
