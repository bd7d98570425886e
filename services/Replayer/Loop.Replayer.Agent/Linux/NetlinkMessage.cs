using System.Buffers.Binary;
using System.Text;

namespace Loop.Replayer.Agent.Linux;

/// <summary>Builds one or several netlink messages (include/uapi/linux/netlink.h): host byte order, attributes padded to 4 bytes.</summary>
internal sealed class NetlinkMessage
{
    private const int Nested = 0x8000;
    private readonly List<byte> _bytes = [];
    private int _start;

    /// <summary>Begins a message: 16 bytes of nlmsghdr; its length is written by <see cref="End"/>.</summary>
    public NetlinkMessage Begin(int type, int flags, int sequence)
    {
        _start = _bytes.Count;
        return Host32(0).Host16(type).Host16(flags).Host32(sequence).Host32(0);
    }

    public NetlinkMessage End()
    {
        Patch(_start, _bytes.Count - _start, bytes: 4);
        return this;
    }

    public NetlinkMessage Host32(int value) => Append(4, buffer => BinaryPrimitives.WriteInt32LittleEndian(buffer, value));

    public NetlinkMessage Host16(int value) => Append(2, buffer => BinaryPrimitives.WriteUInt16LittleEndian(buffer, (ushort)value));

    public NetlinkMessage Byte(int value) => Append(1, buffer => buffer[0] = (byte)value);

    /// <summary>An attribute of raw bytes.</summary>
    public NetlinkMessage Attribute(int type, ReadOnlySpan<byte> value)
    {
        Host16(4 + value.Length).Host16(type);
        _bytes.AddRange(value);
        while (_bytes.Count % 4 != 0)
            _bytes.Add(0);
        return this;
    }

    /// <summary>A zero-terminated string.</summary>
    public NetlinkMessage Attribute(int type, string value) => Attribute(type, Encoding.ASCII.GetBytes(value + "\0"));

    /// <summary>A number in network byte order, as nf_tables wants all its numbers.</summary>
    public NetlinkMessage Network32(int type, int value)
    {
        Span<byte> buffer = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(buffer, value);
        return Attribute(type, buffer);
    }

    /// <summary>A number in host byte order, as rtnetlink wants them.</summary>
    public NetlinkMessage HostNumber(int type, int value)
    {
        Span<byte> buffer = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(buffer, value);
        return Attribute(type, buffer);
    }

    /// <summary>An attribute of attributes.</summary>
    public NetlinkMessage Nest(int type, Action<NetlinkMessage> content)
    {
        int start = _bytes.Count;
        Host16(0).Host16(type | Nested);
        content(this);
        Patch(start, _bytes.Count - start, bytes: 2);
        return this;
    }

    public byte[] ToArray() => [.. _bytes];

    private delegate void Writer(Span<byte> buffer);

    private NetlinkMessage Append(int bytes, Writer write)
    {
        Span<byte> buffer = stackalloc byte[4];
        write(buffer[..bytes]);
        _bytes.AddRange(buffer[..bytes]);
        return this;
    }

    private void Patch(int at, int value, int bytes)
    {
        for (int index = 0; index < bytes; index++)
            _bytes[at + index] = (byte)(value >> (8 * index));
    }
}
