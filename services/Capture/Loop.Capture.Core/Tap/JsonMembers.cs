using System.Text;
using System.Text.Json;

namespace Loop.Capture.Core.Tap;

/// <summary>The members of the JSON object on whose first token the reader stands. A null stands for an absent message, as protobuf's mapping says.</summary>
internal readonly struct JsonMembers
{
    private readonly bool _isNull;

    public JsonMembers(in Utf8JsonReader reader)
    {
        _isNull = reader.TokenType == JsonTokenType.Null;
        if (!_isNull && reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException($"An object is expected where {reader.TokenType} stands.");
    }

    /// <summary>
    /// Goes from the last token of one value to the first of the next; <paramref name="name"/> comes in lower case without underscores,
    /// so that snake_case and camelCase are one. False at the end of the object.
    /// </summary>
    public bool Next(ref Utf8JsonReader reader, out string name)
    {
        name = "";
        if (_isNull)
            return false;
        TapJsonFields.Read(ref reader);
        if (reader.TokenType == JsonTokenType.EndObject)
            return false;
        name = Encoding.UTF8.GetString(TapJsonFields.Unescape(reader)).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
        TapJsonFields.Read(ref reader);
        return true;
    }
}
