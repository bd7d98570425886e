using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Loop.Protocols.Envoy.Config.Core.V3;

namespace Loop.Capture.Core.Decoding;

/// <summary>Addresses in one form, <c>ip:port</c> and <c>[ip6]:port</c>, so that the two ends of a connection compare equal as text.</summary>
internal static class AddressText
{
    private static readonly SearchValues<byte> PortDigits = SearchValues.Create("0123456789"u8);

    /// <summary>The text of an attribute that may hold the port already (Envoy 1.40 does) or not.</summary>
    public static string? Join(string? address, ulong? port) =>
        address is not { Length: > 0 } || port is null or > ushort.MaxValue || HasPort(Encoding.Latin1.GetBytes(address))
            ? (string.IsNullOrEmpty(address) ? null : address)
            : string.Create(CultureInfo.InvariantCulture, $"{Bracketed(address)}:{port}");

    /// <summary>The text of an address; null when it has none.</summary>
    public static string? Of(Address? address) => address?.AddressCase switch
    {
        Address.AddressOneofCase.SocketAddress when address.SocketAddress.Address.Length > 0 =>
            string.Create(CultureInfo.InvariantCulture, $"{Bracketed(address.SocketAddress.Address)}:{address.SocketAddress.PortValue}"),
        Address.AddressOneofCase.Pipe => address.Pipe.Path,
        _ => null,
    };

    /// <summary>Reads a serialised <c>Address</c>: the text of a socket's or a pipe's, empty for any other; false when it is damaged.</summary>
    public static bool TryRead(ReadOnlySpan<byte> address, out ReadOnlySpan<byte> text, out ulong? port)
    {
        text = default;
        port = null;
        bool isSound = true;
        var oneof = new WireWalker(address);
        while (oneof.Next())
        {
            if (oneof.Field is not (1 or 2) || !oneof.IsBytes)
                continue;
            bool isPipe = oneof.Field == 2;
            text = default;
            port = isPipe ? null : 0;
            var fields = new WireWalker(oneof.Bytes);
            while (fields.Next())
            {
                if (fields.IsBytes && fields.Field == (isPipe ? 1 : 2))
                    text = fields.Bytes;
                else if (!isPipe && !fields.IsBytes && fields.Field == 3)
                    port = fields.Number;
            }

            isSound &= !fields.IsMalformed;
        }

        return isSound && !oneof.IsMalformed;
    }

    /// <summary>True when the text ends in a port.</summary>
    public static bool HasPort(ReadOnlySpan<byte> address)
    {
        int colon = address.LastIndexOf((byte)':');
        if (colon < 0)
            return address.StartsWith("/"u8);
        bool isPort = colon < address.Length - 1 && address[(colon + 1)..].IndexOfAnyExcept(PortDigits) < 0;
        return isPort && (address[0] == '[' ? address[colon - 1] == ']' : address.IndexOf((byte)':') == colon);
    }

    /// <summary>Writes the canonical text; 0 when it does not fit.</summary>
    public static int Write(ReadOnlySpan<byte> address, ulong? port, Span<byte> destination)
    {
        bool needsPort = port is <= ushort.MaxValue && !HasPort(address);
        bool needsBrackets = needsPort && address.Contains((byte)':') && address[0] != '[';
        if (address.IsEmpty || address.Length + 8 > destination.Length)
            return 0;
        int length = 0;
        if (needsBrackets)
            destination[length++] = (byte)'[';
        address.CopyTo(destination[length..]);
        length += address.Length;
        if (needsBrackets)
            destination[length++] = (byte)']';
        if (!needsPort)
            return length;
        destination[length++] = (byte)':';
        port!.Value.TryFormat(destination[length..], out int digits);
        return length + digits;
    }

    /// <summary>The hash by which two addresses are compared without their strings.</summary>
    public static ulong Hash(ReadOnlySpan<byte> text) => XxHash3.HashToUInt64(text);

    private static string Bracketed(string ip) => ip.Contains(':', StringComparison.Ordinal) && ip[0] != '[' ? $"[{ip}]" : ip;
}
