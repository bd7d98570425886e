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

    /// <summary>In the order to send. HTTP/1.1 sends them as they are, and adds <c>host</c> in front and framing behind where they name none; HTTP/2 frames otherwise.</summary>
    public required IReadOnlyList<HeaderField> Headers { get; init; }

    /// <summary>Fields behind the body; HTTP/1.1 sends them in a chunked body.</summary>
    public IReadOnlyList<HeaderField> Trailers { get; init; } = [];

    /// <summary>The body as recorded.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Every change against the recording, in words.</summary>
    public required IReadOnlyList<string> Adjustments { get; init; }

    /// <summary>Names of headers that were dropped because their value is a redaction token and nobody supplied one.</summary>
    public IReadOnlyList<string> DroppedCredentials { get; init; } = [];
}
