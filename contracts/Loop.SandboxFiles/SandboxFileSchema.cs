using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Loop.SandboxFiles.Format;

namespace Loop.SandboxFiles;

/// <summary>The JSON schema (draft 7, which editors know best) of a sandbox file, made from the description that the reader checks against.</summary>
public static class SandboxFileSchema
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema as text.</summary>
    public static string Text { get; } = Document().ToJsonString(Indented).ReplaceLineEndings("\n") + "\n";

    private static JsonObject Document()
    {
        JsonObject schema = new() { ["$schema"] = "http://json-schema.org/draft-07/schema#", ["title"] = $"Loop: {SandboxFile.FileName}" };
        foreach ((string name, JsonNode? value) in Of(SandboxFormat.Root).ToList())
            schema[name] = value?.DeepClone();
        return schema;
    }

    private static JsonObject Of(Shape shape) => shape switch
    {
        TextShape text => OfText(text),
        NumberShape number => new JsonObject { ["type"] = "integer", ["minimum"] = number.Minimum, ["maximum"] = number.Maximum },
        ToggleShape => new JsonObject { ["type"] = "boolean" },
        ChoiceShape choice => new JsonObject { ["enum"] = new JsonArray([.. choice.Values.Select(value => JsonValue.Create(value))]) },
        ListShape list => new JsonObject { ["type"] = "array", ["items"] = Of(list.Item), ["minItems"] = list.Minimum },
        NamesShape names => new JsonObject { ["type"] = "object", ["additionalProperties"] = Of(names.Value), ["minProperties"] = names.Minimum },
        MapShape map => OfMap(map),
        EitherShape either => new JsonObject { ["anyOf"] = new JsonArray([.. either.Alternatives.Select(Of)]) },
        _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "A shape without a schema."),
    };

    private static JsonObject OfText(TextShape text)
    {
        JsonObject schema = new() { ["type"] = text.AllowsNumbers ? new JsonArray("string", "number", "boolean") : "string" };
        if (text.Pattern is not null)
            schema["pattern"] = text.Pattern;
        return schema;
    }

    private static JsonObject OfMap(MapShape map)
    {
        JsonObject properties = [];
        foreach (KeyShape key in map.Keys)
        {
            JsonObject value = Of(key.Value);
            value["description"] = key.Description;
            properties[key.Name] = value;
        }

        JsonObject schema = new() { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (map.Keys.Any(key => key.IsRequired))
            schema["required"] = Names(map.Keys.Where(key => key.IsRequired).Select(key => key.Name));
        if (map.ExactlyOneOf is { } one)
            schema["oneOf"] = new JsonArray([.. one.Select(name => new JsonObject { ["required"] = Names([name]) })]);
        if (map.Keys.FirstOrDefault(key => key.Unless is not null)?.Unless is { } unless)
        {
            JsonObject isSo = new() { ["required"] = Names([unless.Key]), ["properties"] = new JsonObject { [unless.Key] = new JsonObject { ["enum"] = Names([unless.Value]) } } };
            schema["anyOf"] = new JsonArray(isSo, new JsonObject { ["required"] = Names(map.Keys.Where(key => key.Unless is not null).Select(key => key.Name)) });
        }

        return schema;
    }

    private static JsonArray Names(IEnumerable<string> names) => [.. names.Select(name => JsonValue.Create(name))];
}
