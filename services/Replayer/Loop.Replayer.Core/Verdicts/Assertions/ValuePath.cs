using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Verdicts;

/// <summary>A place in a JSON body, written as divergences print it: <c>$.items[0].total</c>, <c>$['a b']</c>.</summary>
public sealed partial class ValuePath
{
    private readonly string _text;
    private readonly IReadOnlyList<string> _steps;

    private ValuePath(string text, IReadOnlyList<string> steps)
    {
        _text = text;
        _steps = steps;
    }

    /// <summary>Reads a path; false when it is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ValuePath? path)
    {
        Match match = Whole().Match(text);
        path = match.Success ? new ValuePath(text, [.. match.Groups["step"].Captures.Select(capture => capture.Value)]) : null;
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
            foreach (string step in _steps)
                element = element is { } parent ? Step(parent, step) : null;
            return element is { } found ? Canonical(found) : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ValuePath other && other._text == _text;

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

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

    [GeneratedRegex(@"^\$(?<step>\.[A-Za-z0-9_-]+|\[[0-9]+\]|\['[^']+'\])*$", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();
}
