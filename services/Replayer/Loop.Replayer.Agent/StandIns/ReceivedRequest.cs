using System.Buffers;
using System.Security.Cryptography;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Agent.Calls;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.StandIns;
using Loop.Replayer.Wire.Plans;

namespace Loop.Replayer.Agent.StandIns;

/// <summary>A request of a live service, read to its end.</summary>
internal sealed record ReceivedRequest(Message Message)
{
    // What is told of a call goes through the control channel; more than this is told by size and hash.
    internal const int KeptBodyBytes = 1024 * 1024;

    private const int ReadBytes = 64 * 1024;

    /// <summary>Reads it. A caller that hangs up right behind its request made the call all the same.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="folder">For a body that is too large for memory.</param>
    public static async Task<ReceivedRequest> Read(ICallExchange exchange, string folder)
    {
        (ReadOnlyMemory<byte> bytes, string? sha256) = await Body(exchange, folder);
        return Of(exchange, bytes, sha256);
    }

    /// <summary>The first message of a stream: the rest comes when its caller sends it. Nothing of one whose caller waits for an answer first.</summary>
    public static async Task<ReceivedRequest> Read(ICallExchange exchange, RequestMessages messages, bool speaksFirst) =>
        Of(exchange, speaksFirst ? ReadOnlyMemory<byte>.Empty : await messages.Next(CancellationToken.None), sha256: null);

    /// <summary>All of it, its first message read already.</summary>
    public async Task<ReceivedRequest> Whole(RequestMessages messages)
    {
        using MemoryStream body = new();
        for (ReadOnlyMemory<byte> next = Message.Body; !next.IsEmpty; next = await messages.Next(CancellationToken.None))
            body.Write(next.Span);
        byte[] bytes = body.ToArray();
        return new ReceivedRequest(new Message(Message.Part with { Body = Message.Part.Body with { SizeBytes = bytes.Length, KeptBytes = bytes.Length, Sha256 = bytes.Length == 0 ? null : Convert.ToHexStringLower(SHA256.HashData(bytes)) } }, bytes));
    }

    private static ReceivedRequest Of(ICallExchange exchange, ReadOnlyMemory<byte> bytes, string? sha256)
    {
        HttpMessagePart part = new()
        {
            Headers = [new(":method", exchange.Method), new(":authority", Authority(exchange)), new(":path", exchange.Target), .. exchange.Headers],
            Trailers = exchange.Trailers,
            Body = new BodyInfo
            {
                SizeBytes = bytes.Length,
                KeptBytes = bytes.Length,
                Sha256 = sha256 ?? (bytes.Length == 0 ? null : Convert.ToHexStringLower(SHA256.HashData(bytes.Span))),
            },
        };
        return new ReceivedRequest(new Message(part, bytes));
    }

    private static async Task<(ReadOnlyMemory<byte> Bytes, string? Sha256)> Body(ICallExchange exchange, string folder)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        try
        {
            int count = await exchange.Read(buffer, CancellationToken.None);
            if (count == 0)
                return default;
            using MemoryStream body = new();
            for (; count > 0; count = await exchange.Read(buffer, CancellationToken.None))
            {
                body.Write(buffer, 0, count);
                if (CallBody.IsLarge(body.Length))
                    return await Large(exchange, body, buffer, folder);
            }

            return (body.ToArray(), null);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<(ReadOnlyMemory<byte> Bytes, string? Sha256)> Large(ICallExchange exchange, MemoryStream begun, byte[] buffer, string folder)
    {
        using SpilledBody body = new(folder);
        await body.Append(begun.GetBuffer().AsMemory(0, (int)begun.Length), CancellationToken.None);
        for (int count; (count = await exchange.Read(buffer, CancellationToken.None)) > 0;)
            await body.Append(buffer.AsMemory(0, count), CancellationToken.None);
        return body.Map();
    }

    // Where nothing is redirected, services call a port of the agent that stands for the recorded host.
    private static string Authority(ICallExchange exchange)
    {
        OutgoingCall call = exchange.Connection;
        if (call.Host is null || call.Connection.LocalEndPoint?.ToString() != exchange.Authority)
            return exchange.Authority;
        return call.Destination.Port == 80 ? call.Host : $"{call.Host}:{call.Destination.Port}";
    }

    /// <summary>The part of it that is told.</summary>
    public Message Kept()
    {
        if (Message.Body.Length <= KeptBodyBytes)
            return Message;
        // A copy: what is told must not hold all that is mapped.
        byte[] kept = Message.Body[..KeptBodyBytes].ToArray();
        BodyInfo info = Message.Part.Body with { KeptBytes = KeptBodyBytes, Truncated = true, Sha256 = Convert.ToHexStringLower(SHA256.HashData(kept)) };
        return new Message(Message.Part with { Body = info }, kept) { WholeSha256 = Message.Part.Body.Sha256 };
    }
}
