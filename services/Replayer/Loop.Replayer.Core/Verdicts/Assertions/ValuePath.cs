using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Loop.Contracts.Conversations;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>A place in a JSON body, written as divergences print it: <c>$.items[0].total</c>, <c>$['a b']</c>.</summary>
public sealed class ValuePath
{
    private readonly ValuePathText _written;

    internal ValuePath(ValuePathText written) => _written = written;

    /// <summary>Reads a path; false when it is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ValuePath? path)
    {
        path = ValuePathText.TryParse(text, out ValuePathText? written) ? new ValuePath(written) : null;
        return path is not null;
    }

    /// <summary>The value as canonical JSON text; null when the body is no JSON or the place is not there. Numbers keep their decimal text.</summary>
    public string? Read(Message message)
    {
        if (ContentDecoding.Decode(message.Body, message.Part.Header("content-encoding")) is not { } bytes)
            return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            JsonElement? element = document.RootElement;
            foreach (string step in _written.Steps)
                element = element is { } parent ? Step(parent, step) : null;
            return element is { } found ? Canonical(found) : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _written.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ValuePath other && other._written.Text == _written.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => _written.Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>A word as JSON text.</summary>
    internal static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static JsonElement? Step(JsonElement parent, string step)
    {
        if (step[0] == '.')
            return Member(parent, step[1..]);
        string inner = step[1..^1];
        if (inner[0] == '\'')
            return Member(parent, inner[1..^1]);
        bool isItem = int.TryParse(inner, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && parent.ValueKind is JsonValueKind.Array && index < parent.GetArrayLength();
        return isItem ? parent[index] : null;
    }

    private static JsonElement? Member(JsonElement parent, string name) =>
        parent.ValueKind is JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) ? value : null;

    // Escapes and white space are the writer's taste; a number's decimal text is not.
    internal static string Canonical(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Quote(element.GetString()!),
        JsonValueKind.Array => $"[{string.Join(',', element.EnumerateArray().Select(Canonical))}]",
        JsonValueKind.Object => $"{{{string.Join(',', element.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal).Select(member => $"{Quote(member.Name)}:{Canonical(member.Value)}"))}}}",
        _ => element.GetRawText(),
    };
}
