using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Loop.Replayer.Agent.Networks;

/// <summary>Answers what a service asks on UDP port 53. Known names have one IPv4 address; nothing else exists.</summary>
internal sealed class NameServer(string service, NameTable names, RefusedTraffic refused)
{
    private const int HeaderBytes = 12, TypeA = 1, NameDoesNotExist = 3, FormatError = 1;

    /// <summary>Answers until the socket is closed.</summary>
    public async Task Serve(Socket socket, CancellationToken cancellationToken)
    {
        byte[] query = new byte[1500];
        while (!cancellationToken.IsCancellationRequested)
        {
            SocketReceiveFromResult received;
            try
            {
                received = await socket.ReceiveFromAsync(query, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), cancellationToken);
            }
            catch (SocketException)
            {
                // An ICMP error of a client that has gone; the socket itself is well.
                continue;
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }

            if (Answer(query.AsSpan(0, received.ReceivedBytes)) is { } answer)
                await socket.SendToAsync(answer, SocketFlags.None, received.RemoteEndPoint, cancellationToken);
        }
    }

    /// <summary>The answer to one query (RFC 1035 §4); null for what is no query.</summary>
    internal byte[]? Answer(ReadOnlySpan<byte> query)
    {
        if (query.Length < HeaderBytes || (query[2] & 0x80) != 0)
            return null;
        bool isStandard = (query[2] & 0x78) == 0 && BinaryPrimitives.ReadUInt16BigEndian(query[4..]) == 1;
        if (!isStandard || ReadName(query, out int end) is not { } name || end + 4 > query.Length)
            return Header(query[..HeaderBytes], FormatError, answers: 0);
        ReadOnlySpan<byte> question = query[..(end + 4)];
        if (names.Find(name) is not { } address)
        {
            refused.Add(service, "dns", name);
            return Header(question, NameDoesNotExist, answers: 0);
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(query[end..]) != TypeA)
            return Header(question, 0, answers: 0);
        // A pointer to the question's name, type A, class IN, 60 s, 4 bytes of address.
        return [.. Header(question, 0, answers: 1), 0xc0, HeaderBytes, 0, TypeA, 0, 1, 0, 0, 0, 60, 0, 4, .. address.GetAddressBytes()];
    }

    private static byte[] Header(ReadOnlySpan<byte> question, int code, byte answers)
    {
        byte[] answer = question.ToArray();
        answer[2] = (byte)(0x84 | (question[2] & 0x01));
        answer[3] = (byte)(0x80 | code);
        answer[4] = 0;
        answer[5] = (byte)(question.Length > HeaderBytes ? 1 : 0);
        answer[6] = 0;
        answer[7] = answers;
        answer.AsSpan(8, 4).Clear();
        return answer;
    }

    private static string? ReadName(ReadOnlySpan<byte> query, out int end)
    {
        StringBuilder name = new();
        end = HeaderBytes;
        while (end < query.Length && query[end] != 0)
        {
            int length = query[end];
            // A question has no compressed names; longer labels do not exist.
            if (length > 63 || end + 1 + length >= query.Length)
                return null;
            if (name.Length > 0)
                name.Append('.');
            name.Append(Encoding.ASCII.GetString(query.Slice(end + 1, length)));
            end += 1 + length;
        }

        end++;
        return name.Length is > 0 and <= 253 ? name.ToString() : null;
    }
}
