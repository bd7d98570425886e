using System.Buffers;
using System.Globalization;
using System.Text;
using Loop.Capture.Core.Decoding;

namespace Loop.Capture.Core.Tap;

/// <summary>What the headers of a tapped message tell of whether it is whole. Of several headers with one name the first counts.</summary>
internal struct TapHeaderFacts
{
    private bool _hasMethod;
    private bool _hasStatus;
    private bool _hasLength;
    private bool _hasType;
    private bool _hasTransferEncoding;
    private bool _isMethodWithoutBody;

    public int Status { get; private set; }

    public long? ContentLength { get; private set; }

    public bool IsGrpc { get; private set; }

    public bool HasGrpcStatus { get; private set; }

    public bool IsHead { get; private set; }

    public bool IsConnect { get; private set; }

    /// <summary>A status that has no body by definition (RFC 9110 §15.3.5, §15.4.5).</summary>
    public readonly bool IsBodyless => Status is 204 or 304;

    /// <summary>A request without a body, unless its headers say otherwise.</summary>
    public readonly bool IsOrdinarilyBodyless => _isMethodWithoutBody && !_hasTransferEncoding;

    /// <summary>Reads the headers that a message holds in a field; false when one of them is damaged.</summary>
    public static bool TryRead(in ReadOnlySequence<byte> message, int headersField, out TapHeaderFacts facts)
    {
        facts = default;
        using var bytes = new ContiguousBytes(message);
        var headers = new HeaderMapWalker(bytes.Span, headersField);
        while (headers.Next())
            facts.Add(headers.Name, headers.Value);
        return !headers.IsMalformed;
    }

    private void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        switch (name.Length)
        {
            case 7 when !_hasMethod && Is(name, ":method"u8):
                OnMethod(value);
                break;
            case 7 when !_hasStatus && Is(name, ":status"u8):
                _hasStatus = true;
                Status = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int status) ? status : 0;
                break;
            case 11 when Is(name, "grpc-status"u8):
                HasGrpcStatus = true;
                break;
            case 12 when !_hasType && Is(name, "content-type"u8):
                _hasType = true;
                IsGrpc = value.Length >= 16 && Is(value[..16], "application/grpc"u8);
                break;
            case 14 when !_hasLength && Is(name, "content-length"u8):
                _hasLength = true;
                ContentLength = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long length) ? length : null;
                break;
            case 17 when Is(name, "transfer-encoding"u8):
                _hasTransferEncoding = true;
                break;
        }
    }

    private void OnMethod(ReadOnlySpan<byte> method)
    {
        _hasMethod = true;
        IsHead = method.SequenceEqual("HEAD"u8);
        IsConnect = method.SequenceEqual("CONNECT"u8);
        _isMethodWithoutBody = IsHead || method.SequenceEqual("GET"u8) || method.SequenceEqual("DELETE"u8) || method.SequenceEqual("OPTIONS"u8);
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> expected) => Ascii.EqualsIgnoreCase(text, expected);
}
