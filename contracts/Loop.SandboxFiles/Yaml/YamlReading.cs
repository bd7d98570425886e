using System.Globalization;

namespace Loop.SandboxFiles.Yaml;

/// <summary>Reads values of a document that was checked already.</summary>
internal static class YamlReading
{
    extension(YamlMap map)
    {
        public string? Text(string key) => (map[key] as YamlText)?.Value;

        public int? Number(string key) => map[key] is YamlText { IsNumber: true } text ? int.Parse(text.Value, CultureInfo.InvariantCulture) : null;

        public bool Toggle(string key) => map[key] is YamlText text && text.Value.Equals("true", StringComparison.OrdinalIgnoreCase);

        public T? Choice<T>(string key) where T : struct, Enum => map[key] is YamlText text ? Enum.Parse<T>(text.Value, ignoreCase: true) : null;

        public IReadOnlyList<string> Texts(string key) => [.. ((map[key] as YamlList)?.Items ?? []).OfType<YamlText>().Select(text => text.Value)];

        public IReadOnlyList<YamlMap> Maps(string key) => [.. ((map[key] as YamlList)?.Items ?? []).OfType<YamlMap>()];

        public IReadOnlyList<(string Name, YamlMap Map)> NamedMaps(string key) =>
            [.. ((map[key] as YamlMap)?.Entries ?? []).Where(entry => entry.Value is YamlMap).Select(entry => (entry.Key.Value, (YamlMap)entry.Value))];

        public IReadOnlyDictionary<string, string> NamedTexts(string key) =>
            ((map[key] as YamlMap)?.Entries ?? []).ToDictionary(entry => entry.Key.Value, entry => ((YamlText)entry.Value).Value, StringComparer.Ordinal);
    }
}
