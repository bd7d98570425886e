namespace Loop.SandboxFiles.Yaml;

/// <summary>A node of a YAML document with its place. Duplicate keys are kept, so that they can be reported.</summary>
internal abstract record YamlNode(int Line, int Column)
{
    /// <summary>In words, for faults.</summary>
    public abstract string Kind { get; }
}

/// <summary>A list.</summary>
internal sealed record YamlList(int Line, int Column, IReadOnlyList<YamlNode> Items) : YamlNode(Line, Column)
{
    public override string Kind => "a list";
}

/// <summary>A map.</summary>
internal sealed record YamlMap(int Line, int Column, IReadOnlyList<YamlEntry> Entries) : YamlNode(Line, Column)
{
    public override string Kind => "a map";

    /// <summary>The first value of the key; null without one.</summary>
    public YamlNode? this[string key] => Entries.FirstOrDefault(entry => entry.Key.Value == key)?.Value;
}

/// <summary>A key with its value.</summary>
internal sealed record YamlEntry(YamlText Key, YamlNode Value);
