using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Ports;

namespace Loop.Replayer.Sandboxes;

/// <summary>All bodies of a conversation, read once.</summary>
internal sealed class RecordedBodies
{
    private readonly Dictionary<string, byte[]> _bodies = [];

    /// <summary>Reads them. A conversation has at most 64 MiB by default.</summary>
    public static async Task<RecordedBodies> Load(IRecordings recordings, string conversationId, IEnumerable<Exchange> exchanges)
    {
        RecordedBodies bodies = new();
        IEnumerable<string> names = exchanges.SelectMany(exchange => new[] { exchange.Request?.Body.Sha256, exchange.Response?.Body.Sha256 }).OfType<string>().Distinct();
        foreach (string sha256 in names)
        {
            if (await recordings.Body(conversationId, sha256) is { } body)
                bodies._bodies[sha256] = body;
        }

        return bodies;
    }

    /// <summary>Kept bytes of a body; null when the pack lacks them.</summary>
    public byte[]? Body(HttpMessagePart part) => part.Body.Sha256 is { } sha256 ? _bodies.GetValueOrDefault(sha256) : null;

    /// <summary>A message with its body; null when it was not recorded, or its body is gone.</summary>
    public Message? Message(HttpMessagePart? part)
    {
        if (part is null)
            return null;
        if (part.Body.Sha256 is null || part.Body.KeptBytes == 0)
            return new Message(part, ReadOnlyMemory<byte>.Empty);
        return Body(part) is { } body ? new Message(part, body) : null;
    }
}
