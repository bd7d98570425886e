using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Loop.Contracts.Exchanges;

/// <summary>
/// The identity of one exchange, given at capture: <c>node/epoch/sequence</c>. Recording the same id twice is a no-op.
/// </summary>
/// <param name="Node">Name of the capture node; no slash, not empty.</param>
/// <param name="Epoch">Start of that node's process, Unix milliseconds.</param>
/// <param name="Sequence">Rises by one with each exchange of the epoch, from 1.</param>
[JsonConverter(typeof(ExchangeIdJsonConverter))]
public readonly record struct ExchangeId(string Node, long Epoch, long Sequence) : IComparable<ExchangeId>
{
    /// <summary>Reads <c>node/epoch/sequence</c>; false when the text is anything else.</summary>
    public static bool TryParse(string? text, out ExchangeId id)
    {
        id = default;
        string[] parts = text?.Split('/') ?? [];
        if (parts.Length != 3 || parts[0].Length == 0
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long epoch)
            || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out long sequence))
            return false;
        id = new ExchangeId(parts[0], epoch, sequence);
        return true;
    }

    /// <summary>Reads <c>node/epoch/sequence</c>.</summary>
    /// <exception cref="FormatException">The text has another form.</exception>
    public static ExchangeId Parse(string text) =>
        TryParse(text, out ExchangeId id) ? id : throw new FormatException($"'{text}' is not an exchange id: node/epoch/sequence is expected.");

    /// <inheritdoc/>
    public int CompareTo(ExchangeId other)
    {
        int byNode = string.CompareOrdinal(Node, other.Node);
        if (byNode != 0)
            return byNode;
        int byEpoch = Epoch.CompareTo(other.Epoch);
        return byEpoch != 0 ? byEpoch : Sequence.CompareTo(other.Sequence);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Node}/{Epoch}/{Sequence}");

    /// <summary>Order by node, epoch, sequence.</summary>
    public static bool operator <(ExchangeId left, ExchangeId right) => left.CompareTo(right) < 0;

    /// <summary>Order by node, epoch, sequence.</summary>
    public static bool operator >(ExchangeId left, ExchangeId right) => left.CompareTo(right) > 0;

    /// <summary>Order by node, epoch, sequence.</summary>
    public static bool operator <=(ExchangeId left, ExchangeId right) => left.CompareTo(right) <= 0;

    /// <summary>Order by node, epoch, sequence.</summary>
    public static bool operator >=(ExchangeId left, ExchangeId right) => left.CompareTo(right) >= 0;
}

/// <summary>Writes an <see cref="ExchangeId"/> as its text.</summary>
public sealed class ExchangeIdJsonConverter : JsonConverter<ExchangeId>
{
    /// <inheritdoc/>
    public override ExchangeId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ExchangeId.TryParse(reader.GetString(), out ExchangeId id) ? id : throw new JsonException("An exchange id is node/epoch/sequence.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ExchangeId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
