using System.Buffers;
using System.Text;
using Loop.Contracts.Exchanges;

namespace Loop.Capture.Core.Decoding;

/// <summary>The two connections of an <c>envoy.data.tap.v3.HttpBufferedTrace</c>, as a message of that kind with nothing else in it.</summary>
internal static class TapConnections
{
    /// <summary>Field of the downstream connection.</summary>
    public const int DownstreamField = 3;

    /// <summary>Field of the upstream connection.</summary>
    public const int UpstreamField = 4;

    /// <summary>The four ends.</summary>
    /// <exception cref="InvalidDataException">It is not such a message.</exception>
    public static ExchangeEndpoints Decode(in ReadOnlySequence<byte> connections)
    {
        using var bytes = new ContiguousBytes(connections);
        var endpoints = new ExchangeEndpoints(null, null, null, null);
        var fields = new WireWalker(bytes.Span);
        bool isSound = true;
        while (fields.Next())
        {
            if (!fields.IsBytes || fields.Field is not (DownstreamField or UpstreamField))
                continue;
            isSound &= TryRead(fields.Bytes, out Address local, out Address remote);
            endpoints = fields.Field == DownstreamField
                ? endpoints with { DownstreamLocal = local.ToText(), DownstreamRemote = remote.ToText() }
                : endpoints with { UpstreamLocal = local.ToText(), UpstreamRemote = remote.ToText() };
        }

        return isSound && !fields.IsMalformed ? endpoints : throw new InvalidDataException("A part that should be a tap's connections is not that.");
    }

    /// <summary>Whether a serialised <c>Connection</c> can be read; free of garbage.</summary>
    public static bool IsSound(in ReadOnlySequence<byte> connection)
    {
        using var bytes = new ContiguousBytes(connection);
        return TryRead(bytes.Span, out _, out _);
    }

    private static bool TryRead(ReadOnlySpan<byte> connection, out Address local, out Address remote)
    {
        const int LocalField = 1;
        const int RemoteField = 2;
        local = remote = default;
        bool isSound = true;
        var fields = new WireWalker(connection);
        while (fields.Next())
        {
            if (!fields.IsBytes || fields.Field is not (LocalField or RemoteField))
                continue;
            isSound &= AddressText.TryRead(fields.Bytes, out ReadOnlySpan<byte> text, out ulong? port);
            if (fields.Field == LocalField)
                local = new Address(text, port);
            else
                remote = new Address(text, port);
        }

        return isSound && !fields.IsMalformed;
    }

    private readonly ref struct Address(ReadOnlySpan<byte> text, ulong? port)
    {
        private readonly ReadOnlySpan<byte> _text = text;

        public string? ToText() => AddressText.Join(Encoding.UTF8.GetString(_text), port);
    }
}
