using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Loop.Replayer.Core.Noise;

/// <summary>Which places vary between runs of one build, and how. Written to and read from JSON as it is.</summary>
/// <param name="Key">What it was learned for.</param>
/// <param name="Entries">The places.</param>
public sealed record NoiseMask(NoiseKey Key, IReadOnlyList<NoiseEntry> Entries)
{
    private const int NameLength = 16;

    /// <summary>The same for the same mask, in whichever order its places stand: what replays compare, since another mask may explain another outcome.</summary>
    [JsonIgnore]
    public string Name
    {
        get
        {
            IEnumerable<NoiseEntry> ordered = Entries.OrderBy(entry => entry.Hop, StringComparer.Ordinal).ThenBy(entry => entry.Place, StringComparer.Ordinal);
            byte[] content = JsonSerializer.SerializeToUtf8Bytes(this with { Entries = [.. ordered] });
            return Convert.ToHexStringLower(SHA256.HashData(content))[..NameLength];
        }
    }

    /// <summary>The mask in force under a route, build and plan; one that was learned for others hides nothing.</summary>
    public NoiseFilter Under(NoiseKey key) => key == Key ? new NoiseFilter(Entries) : NoiseFilter.None;
}
