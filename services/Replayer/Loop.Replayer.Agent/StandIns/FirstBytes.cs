using System.Buffers;
using System.Net.Sockets;
using System.Text;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>What a connection speaks, told by the bytes with which its client begins.</summary>
internal static class FirstBytes
{
    /// <summary>HTTP/1.1.</summary>
    public const string Http1 = "HTTP/1.1";

    /// <summary>HTTP/2 with prior knowledge.</summary>
    public const string Http2 = "HTTP/2";

    /// <summary>TLS; what is spoken in it shows later.</summary>
    public const string Tls = "TLS";

    // Long enough for every opening below; a shorter one is decided when the client waits.
    internal const int Wanted = 16;

    /// <summary>A client that says no more for so long waits.</summary>
    internal static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    // RFC 9113 §3.4: how a client that knows HTTP/2 begins.
    private static readonly byte[] Preface = "PRI * HTTP/2.0\r\n"u8.ToArray();
    private static readonly SearchValues<byte> MethodLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_!#$%&'*+.^`|~0123456789"u8);

    // Servers that speak first: their clients wait.
    private static readonly Dictionary<int, string> SilentClients = new() { [21] = "FTP", [22] = "SSH", [25] = "SMTP", [587] = "SMTP", [3306] = "MySQL" };

    /// <summary>Looks at the first bytes without taking them. Null when the client hung up, or is silent, before it said anything telling.</summary>
    public static async Task<string?> Read(Socket connection, int port, TimeProvider time, CancellationToken cancellationToken)
    {
        byte[] first = new byte[Wanted];
        long start = time.GetTimestamp();
        int seen = 0;
        using CancellationTokenSource silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (SilentClients.ContainsKey(port))
            silence.CancelAfter(Silence);
        try
        {
            while (true)
            {
                int now = await connection.ReceiveAsync(first, SocketFlags.Peek, silence.Token);
                if (now == 0)
                    return null;
                // Peek does not wait for more than there is.
                bool isAll = now == seen && time.GetElapsedTime(start) > Silence;
                if (Name(first.AsSpan(0, now), isAll || now == Wanted) is { } name)
                    return name;
                if (now == seen)
                    await Task.Delay(Pause, time, cancellationToken);
                seen = now;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return SilentClients[port];
        }
    }

    /// <summary>The protocol; null while more bytes may tell.</summary>
    internal static string? Name(ReadOnlySpan<byte> first, bool isAll)
    {
        if (first.Length >= 3 && Preface.AsSpan().StartsWith(first[..Math.Min(first.Length, Preface.Length)]))
            return Http2;
        int letters = first.IndexOfAnyExcept(MethodLetters);
        // RFC 9112 §3: a method, one space, a target.
        if (letters > 0 && first[letters] == ' ')
            return Http1;
        return Foreign(first) ?? (isAll ? letters < 0 ? Http1 : "unknown protocol" : null);
    }

    private static string? Foreign(ReadOnlySpan<byte> first)
    {
        if (first is [0x16, 0x03, ..])
            return Tls;
        // PostgreSQL: a length, then version 3.0 or the numbers of SSLRequest and GSSENCRequest (80877103, 80877104).
        if (first.Length >= 8 && (first[4..8].SequenceEqual<byte>([0, 3, 0, 0]) || first[4..7].SequenceEqual<byte>([0x04, 0xd2, 0x16])))
            return "PostgreSQL";
        if (first is [(byte)'*', >= (byte)'0' and <= (byte)'9', ..])
            return "Redis";
        if (first.StartsWith("AMQP"u8))
            return "AMQP";
        // MongoDB: opcode 2013 (OP_MSG) or 2004 (OP_QUERY) at byte 12.
        if (first.Length >= 16 && first[12..16] is [0xdd or 0xd4, 0x07, 0, 0])
            return "MongoDB";
        return null;
    }
}
