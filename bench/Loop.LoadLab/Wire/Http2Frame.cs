using System.Buffers.Binary;

namespace Loop.LoadLab.Wire;

/// <summary>The nine bytes in front of every HTTP/2 frame (RFC 9113, section 4.1).</summary>
internal static class Http2Frame
{
    public const int HeaderBytes = 9;
    public const int FlagsOffset = 4;
    public const int StreamOffset = 5;

    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte ResetStream = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;

    public const byte EndStream = 1;
    public const byte Acknowledged = 1;
    public const byte EndHeaders = 4;

    public static void Write(Span<byte> target, int length, byte type, byte flags, int stream)
    {
        target[0] = (byte)(length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(target[1..], (ushort)length);
        target[3] = type;
        target[FlagsOffset] = flags;
        BinaryPrimitives.WriteInt32BigEndian(target[StreamOffset..], stream);
    }

    public static byte[] Make(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[HeaderBytes + payload.Length];
        Write(frame, payload.Length, type, flags, stream);
        payload.CopyTo(frame.AsSpan(HeaderBytes));
        return frame;
    }

    public static int Length(ReadOnlySpan<byte> header) => (header[0] << 16) | (header[1] << 8) | header[2];

    public static int Stream(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadInt32BigEndian(header[StreamOffset..]) & int.MaxValue;
}
