using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Loop.Replayer.Agent.StandIns.Tls;

/// <summary>The name that a TLS client asks for (RFC 8446 §4.1.2, RFC 6066 §3), read without taking the bytes.</summary>
internal static class ClientHello
{
    // RFC 8446 §5.1: a record holds 2^14 bytes; a longer hello goes on in a second one, and its name comes long before.
    private const int MostBytes = 5 + (1 << 14);
    private const int ClientHelloType = 1, ServerNameExtension = 0, HostNameType = 0;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>The name; null when the client says none, or nothing that can be read.</summary>
    public static async Task<string?> ServerName(Socket connection, TimeProvider time, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[MostBytes];
        long start = time.GetTimestamp();
        while (true)
        {
            int seen = await connection.ReceiveAsync(bytes, SocketFlags.Peek, cancellationToken);
            int needed = seen < 5 ? 5 : 5 + BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(3));
            if (seen == 0 || seen >= Math.Min(needed, MostBytes) || time.GetElapsedTime(start) > Patience)
                return ServerName(bytes.AsSpan(0, seen));
            // Peek does not wait for more than there is.
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>The name in the first record of a connection.</summary>
    internal static string? ServerName(ReadOnlySpan<byte> record)
    {
        try
        {
            // Record header, handshake type and length, version, random.
            if (record.Length < 6 || record[5] != ClientHelloType)
                return null;
            ReadOnlySpan<byte> rest = record[(5 + 4 + 2 + 32)..];
            rest = rest[(1 + rest[0])..];
            rest = rest[(2 + BinaryPrimitives.ReadUInt16BigEndian(rest))..];
            rest = rest[(1 + rest[0])..];
            rest = rest[2..];
            while (rest.Length >= 4)
            {
                int type = BinaryPrimitives.ReadUInt16BigEndian(rest);
                int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
                if (type == ServerNameExtension)
                    return HostName(rest.Slice(4, length));
                rest = rest[(4 + length)..];
            }

            return null;
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
        catch (IndexOutOfRangeException)
        {
            return null;
        }
    }

    // A list with one entry: list length, type, name length, name.
    private static string? HostName(ReadOnlySpan<byte> list) =>
        list.Length > 5 && list[2] == HostNameType ? Encoding.ASCII.GetString(list.Slice(5, BinaryPrimitives.ReadUInt16BigEndian(list[3..]))).TrimEnd('.').ToLowerInvariant() : null;
}
