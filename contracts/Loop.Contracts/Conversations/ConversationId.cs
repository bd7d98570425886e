using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Loop.Contracts.Exchanges;

namespace Loop.Contracts.Conversations;

/// <summary>Twelve symbols of <see cref="Base32"/>; people type any unique prefix of at least four.</summary>
[JsonConverter(typeof(ConversationIdJsonConverter))]
public readonly record struct ConversationId
{
    /// <summary>Length in characters.</summary>
    public const int Length = 12;

    private readonly string? _value;

    private ConversationId(string value) => _value = value;

    /// <summary>The text of the id.</summary>
    public string Value => _value ?? throw new InvalidOperationException("A default ConversationId names nothing.");

    /// <summary>The id of the <paramref name="generation"/>th conversation of <paramref name="key"/>: a hash, so that every store computes the same.</summary>
    public static ConversationId From(TraceKey key, int generation) =>
        new(Base32.Hash12(Encoding.UTF8.GetBytes($"{key.ToString().Length}:{key}:{generation}")));

    /// <summary>Reads an id; false unless it is twelve symbols.</summary>
    public static bool TryParse(string? text, out ConversationId id)
    {
        id = default;
        if (text is not { Length: Length } || !Base32.IsValid(text))
            return false;
        id = new ConversationId(text);
        return true;
    }

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">The text is not twelve symbols.</exception>
    public static ConversationId Parse(string text) =>
        TryParse(text, out ConversationId id) ? id : throw new FormatException($"'{text}' is not a conversation id: {Length} characters of {Base32.Alphabet} are expected.");

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Writes a <see cref="ConversationId"/> as its text.</summary>
public sealed class ConversationIdJsonConverter : JsonConverter<ConversationId>
{
    /// <inheritdoc/>
    public override ConversationId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ConversationId.TryParse(reader.GetString(), out ConversationId id) ? id : throw new JsonException("A conversation id is 12 base-32 characters.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ConversationId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
