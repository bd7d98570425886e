using System.Text.Json.Serialization;
using Loop.Contracts.Exchanges;
using Loop.Contracts.Replays;

namespace Loop.Replayer.Core.Comparison;

/// <summary>One direction of an exchange with the kept bytes of its body.</summary>
/// <param name="Part">Headers, trailers, what is known of the body.</param>
/// <param name="Body">Bytes as they crossed the wire.</param>
public sealed record Message(HttpMessagePart Part, ReadOnlyMemory<byte> Body)
{
    /// <summary>SHA-256 of the whole body in lower-case hex, where <see cref="Body"/> is the beginning alone; null when it is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WholeSha256 { get; init; }

    /// <summary>Media type in lower case without parameters; null when none is named.</summary>
    public string? MediaType => Part.Header("content-type")?.Split(';')[0].Trim().ToLowerInvariant();
}

/// <summary>What a comparison found.</summary>
/// <param name="Divergences">First difference first.</param>
/// <param name="Ignored">What was left out, with why.</param>
public sealed record MessageComparison(IReadOnlyList<Divergence> Divergences, IReadOnlyList<string> Ignored)
{
    /// <summary>Nothing differs.</summary>
    public static readonly MessageComparison Equal = new([], []);
}
