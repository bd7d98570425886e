using System.Buffers;
using System.Text.Json;

namespace Loop.Replayer.Core.StandIns;

/// <summary>
/// Writes JSON so that equal documents are equal bytes: no whitespace, members sorted by name (duplicates keep their order), items as they are,
/// numbers as written (1.10 and 1.1 differ: no rounding may make two calls one).
/// </summary>
internal static class JsonNormaliser
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 256 };
    private static readonly JsonWriterOptions Compact = new() { SkipValidation = true, MaxDepth = 256 };

    /// <summary>False when it is no JSON, or JSON with strings that no text can hold.</summary>
    public static bool TryNormalise(byte[] body, Func<string, string> mask, out byte[] normalised)
    {
        normalised = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, Options);
            ArrayBufferWriter<byte> buffer = new(body.Length);
            using Utf8JsonWriter writer = new(buffer, Compact);
            Write(writer, document.RootElement, mask);
            writer.Flush();
            normalised = buffer.WrittenSpan.ToArray();
            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, Func<string, string> mask)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty member in element.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, mask);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray())
                    Write(writer, item, mask);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(mask(element.GetString()!));
                break;
            default:
                writer.WriteRawValue(element.GetRawText());
                break;
        }
    }
}
