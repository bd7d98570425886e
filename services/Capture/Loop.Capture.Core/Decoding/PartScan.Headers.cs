using System.Globalization;
using System.Text;
using Loop.Capture.Core.Intake;

namespace Loop.Capture.Core.Decoding;

/// <content>What single headers, trailers and attributes mean.</content>
public sealed partial class PartScan
{
    private void OnAttribute(scoped in AttributeWalker attribute)
    {
        if (attribute.Name.SequenceEqual("xds.listener_direction"u8))
            ListenerDirection = attribute.Number is 1 or 2 ? (int)attribute.Number : 0;
        else if (attribute.Name.SequenceEqual("response.flags"u8))
            ResponseFlags |= attribute.Number ?? 0;
        else if (attribute.Name.SequenceEqual("request.id"u8))
            AddRequestId(attribute.Text);
    }

    private void OnHeader(MessageDirection direction, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        // A response's own x-request-id counts only where Envoy refused the request before its filters ran: else it may be anybody's.
        if (direction == MessageDirection.Request)
            OnRequestHeader(name, value);
        else if (Is(name, ":status"u8))
            Status = Int(value) ?? 0;
        else if (Is(name, "grpc-status"u8) && GrpcStatus < 0)
            GrpcStatus = Int(value) ?? -1;
        else if (!_hasRequest && Is(name, "x-request-id"u8))
            AddRequestId(value);
    }

    private void OnRequestHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        switch (name.Length)
        {
            case 2 when Is(name, "b3"u8):
                Add(TraceKeyScanner.Hash(TraceKeyScanner.Form.B3, value));
                break;
            case 7 when Is(name, ":method"u8):
                _isConnect = value.SequenceEqual("CONNECT"u8);
                break;
            case 11 when Is(name, "traceparent"u8):
                Add(TraceKeyScanner.Hash(TraceKeyScanner.Form.TraceParent, value));
                break;
            case 12 when Is(name, "x-b3-traceid"u8):
                Add(TraceKeyScanner.Hash(TraceKeyScanner.Form.TraceId, value));
                break;
            case 12 when Is(name, "x-request-id"u8):
                AddRequestId(value);
                break;
        }
    }

    private void OnResponseTrailer(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (_hasGrpcTrailer || !Is(name, "grpc-status"u8))
            return;
        _hasGrpcTrailer = true;
        GrpcStatus = Int(value) ?? -1;
    }

    private void AddRequestId(ReadOnlySpan<byte> value)
    {
        ulong hash = TraceKeyScanner.Hash(TraceKeyScanner.Form.RequestId, value);
        if (RequestIdHash == 0)
            RequestIdHash = hash;
        Add(hash);
    }

    private void Add(ulong hash)
    {
        if (hash != 0 && _keyCount < MaxKeys && !KeyHashes.Contains(hash))
            _keyHashes[_keyCount++] = hash;
    }

    private void SetDownstreamRemote(ReadOnlySpan<byte> address, ulong? port)
    {
        _downstreamRemoteLength = AddressText.Write(address, port, _downstreamRemote);
        DownstreamRemoteHash = _downstreamRemoteLength == 0 ? 0 : AddressText.Hash(_downstreamRemote.AsSpan(0, _downstreamRemoteLength));
    }

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> expected) => Ascii.EqualsIgnoreCase(name, expected);

    private static int? Int(ReadOnlySpan<byte> text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
