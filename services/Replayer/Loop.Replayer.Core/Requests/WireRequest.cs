using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Core.Requests;

/// <summary>What is put on the wire.</summary>
public sealed record WireRequest
{
    /// <summary>Method as recorded.</summary>
    public required string Method { get; init; }

    /// <summary>Raw path with query as recorded.</summary>
    public required string Path { get; init; }

    /// <summary><c>:authority</c> or <c>host</c> as recorded; null when the recording has none.</summary>
    public string? Authority { get; init; }

    /// <summary>True for HTTP/2 with prior knowledge.</summary>
    public required bool UsesHttp2 { get; init; }

    /// <summary>In the order to send; framing and <c>host</c> are the sender's.</summary>
    public required IReadOnlyList<HeaderField> Headers { get; init; }

    /// <summary>The body as recorded.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Every change against the recording, in words.</summary>
    public required IReadOnlyList<string> Adjustments { get; init; }

    /// <summary>Names of headers that were dropped because their value is a redaction token and nobody supplied one.</summary>
    public IReadOnlyList<string> DroppedCredentials { get; init; } = [];
}
