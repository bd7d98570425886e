using System.Globalization;
using System.Text.Json.Nodes;
using Loop.SandboxFiles;
using Loop.SandboxFiles.Format;
using Loop.SandboxFiles.Yaml;
using NJsonSchema;

namespace Loop.Replayer.Tests.SandboxFiles;

/// <summary>An editor that follows the schema and the reader must say the same of any file.</summary>
public sealed class SandboxFileSchemaTests
{
    private static readonly YamlNode[] Replacements =
    [
        Plain("5"), Plain("70000"), Plain("-1"), Plain("1.5"), Plain("true"), Plain(""), Plain("unknown"), Plain("recorded"), Plain("none"), Plain("/x"), Plain("GET /x"),
        new YamlText(1, 1, "5", IsPlain: false), new YamlText(1, 1, "", IsPlain: false), new YamlText(1, 1, "a b", IsPlain: false),
        new YamlList(1, 1, []), new YamlList(1, 1, [Plain("word")]), new YamlMap(1, 1, []), new YamlMap(1, 1, [new YamlEntry(Plain("key"), Plain("word"))]),
    ];

    [Fact]
    public void Schema_InTheDocs_IsTheGeneratedOne()
    {
        if (Environment.GetEnvironmentVariable("LOOP_ACCEPT_GOLDEN") == "1")
            File.WriteAllText(Documentation.SchemaPath, SandboxFileSchema.Text);
        Assert.Equal(SandboxFileSchema.Text, File.ReadAllText(Documentation.SchemaPath));
    }

    [Fact]
    public void Example_UsesEveryKeyAndFitsTheSchema()
    {
        YamlNode example = Load(Documentation.Example);
        HashSet<string> used = [.. Nodes(example).OfType<YamlMap>().SelectMany(map => map.Entries).Select(entry => entry.Key.Value)];

        Assert.Empty(Keys(SandboxFormat.Root).Distinct().Except(used));
        Assert.True(IsValid(JsonSchemaOf(), example));
    }

    [Fact]
    public void ReaderAndSchema_EveryChangeOfTheExample_Agree()
    {
        JsonSchema schema = JsonSchemaOf();
        YamlNode example = Load(Documentation.Example);
        List<YamlNode> changed = [.. Changes(example)];
        string[] disagree = [.. changed.Where(node => IsValid(schema, node) != IsReadable(node)).Select(node => $"schema {IsValid(schema, node)}: {Json(node)!.ToJsonString()}")];

        Assert.True(disagree.Length == 0, $"{disagree.Length} of {changed.Count} differ, first {string.Join('\n', disagree.Take(5))}");
        Assert.InRange(changed.Count(IsReadable), 200, changed.Count - 1000);
    }

    private static JsonSchema JsonSchemaOf() => JsonSchema.FromJsonAsync(SandboxFileSchema.Text).GetAwaiter().GetResult();

    private static bool IsValid(JsonSchema schema, YamlNode node) => schema.Validate(Json(node)!.ToJsonString()).Count == 0;

    private static bool IsReadable(YamlNode node)
    {
        FaultList faults = new("f");
        new ShapeChecker(faults).Check(node, SandboxFormat.Root, "");
        return faults.IsEmpty;
    }

    // Every node replaced by every other kind of value, every entry left out, every key misspelt.
    private static IEnumerable<YamlNode> Changes(YamlNode node)
    {
        switch (node)
        {
            case YamlMap map:
                for (int index = 0; index < map.Entries.Count; index++)
                {
                    (YamlText key, YamlNode value) = map.Entries[index];
                    yield return map with { Entries = [.. map.Entries.Where((_, other) => other != index)] };
                    yield return map with { Entries = With(map.Entries, index, new YamlEntry(Plain(key.Value + "x"), value)) };
                    foreach (YamlNode change in Replacements.Concat(Changes(value)))
                        yield return map with { Entries = With(map.Entries, index, new YamlEntry(key, change)) };
                }

                break;
            case YamlList list:
                for (int index = 0; index < list.Items.Count; index++)
                {
                    yield return list with { Items = [.. list.Items.Where((_, other) => other != index)] };
                    foreach (YamlNode change in Replacements.Concat(Changes(list.Items[index])))
                        yield return list with { Items = With(list.Items, index, change) };
                }

                break;
        }
    }

    private static List<T> With<T>(IReadOnlyList<T> items, int index, T item)
    {
        List<T> copy = [.. items];
        copy[index] = item;
        return copy;
    }

    private static IEnumerable<string> Keys(Shape shape) => shape switch
    {
        MapShape map => map.Keys.SelectMany(key => Keys(key.Value).Prepend(key.Name)),
        NamesShape names => Keys(names.Value),
        ListShape list => Keys(list.Item),
        EitherShape either => either.Alternatives.SelectMany(Keys),
        _ => [],
    };

    private static IEnumerable<YamlNode> Nodes(YamlNode node) => node switch
    {
        YamlMap map => map.Entries.SelectMany(entry => Nodes(entry.Value)).Prepend(map),
        YamlList list => list.Items.SelectMany(Nodes).Prepend(list),
        _ => [node],
    };

    // As an editor sees the document.
    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMap map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key.Value, Json(entry.Value)))),
        YamlList list => new JsonArray([.. list.Items.Select(Json)]),
        YamlText { IsNothing: true } => null,
        YamlText { IsToggle: true } text => JsonValue.Create(bool.Parse(text.Value)),
        YamlText { IsNumber: true } text when int.TryParse(text.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) => JsonValue.Create(number),
        YamlText { IsNumber: true } text => JsonValue.Create(double.Parse(text.Value, CultureInfo.InvariantCulture)),
        _ => JsonValue.Create(((YamlText)node).Value),
    };

    private static YamlNode Load(string text) => YamlLoader.Load(text, new FaultList("f"))!;

    private static YamlText Plain(string value) => new(1, 1, value, IsPlain: true);
}
