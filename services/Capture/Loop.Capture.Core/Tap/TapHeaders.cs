using System.Buffers;
using System.Globalization;
using Google.Protobuf;
using Loop.Protocols.Envoy.Config.Core.V3;

namespace Loop.Capture.Core.Tap;

/// <summary>Headers of a tap in the form that all inputs share, and the facts that tell whether a message is whole.</summary>
internal readonly struct TapHeaders
{
    private readonly IReadOnlyList<HeaderValue> _headers;

    public TapHeaders(IReadOnlyList<HeaderValue> headers)
    {
        _headers = headers;
        Status = int.TryParse(Value(":status"), NumberStyles.None, CultureInfo.InvariantCulture, out int status) ? status : 0;
        ContentLength = long.TryParse(Value("content-length"), NumberStyles.None, CultureInfo.InvariantCulture, out long length) ? length : null;
        IsGrpc = Value("content-type")?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) ?? false;
    }

    public int Status { get; }

    public long? ContentLength { get; }

    public bool IsGrpc { get; }

    /// <summary>A status that has no body by definition (RFC 9110 §15.3.5, §15.4.5).</summary>
    public bool IsBodyless => Status is 204 or 304;

    /// <summary>A request without a body, unless its headers say otherwise.</summary>
    public bool IsOrdinarilyBodyless => Value(":method") is "GET" or "HEAD" or "DELETE" or "OPTIONS" && Value("transfer-encoding") is null;

    /// <summary>A serialised HeaderMap. Taps fill <c>value</c> (made valid UTF-8 by Envoy), JSON ones hold an empty <c>raw_value</c> beside it.</summary>
    public static ReadOnlySequence<byte> Serialize(IEnumerable<HeaderValue> headers)
    {
        var map = new HeaderMap();
        foreach (HeaderValue header in headers)
        {
            ByteString bytes = header.Value.Length > 0 ? ByteString.CopyFromUtf8(header.Value) : header.RawValue;
            map.Headers.Add(new HeaderValue { Key = header.Key, RawValue = bytes });
        }

        return new ReadOnlySequence<byte>(map.ToByteArray());
    }

    public ReadOnlySequence<byte> Serialize() => Serialize(_headers);

    public string? Value(string name)
    {
        foreach (HeaderValue header in _headers)
        {
            if (header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
                return header.Value.Length > 0 ? header.Value : header.RawValue.ToStringUtf8();
        }

        return null;
    }
}
