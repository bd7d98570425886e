using System.Collections;
using System.Reflection;
using Loop.Hosting.Configuration;

namespace Loop.Host.Configuration;

/// <summary>Every configuration key that this build reads, from the options types themselves, so that the list cannot fall behind.</summary>
public sealed class KnownKeys
{
    private readonly List<KnownKey> _keys = [];
    private readonly List<(string Section, Type Options)> _sections = [];

    /// <summary>All keys, in the order of their options.</summary>
    public IReadOnlyList<KnownKey> Keys => _keys;

    /// <summary>Sections and the options that are bound to them.</summary>
    public IReadOnlyList<(string Section, Type Options)> Sections => _sections;

    /// <summary>Adds the properties of an options type under its section.</summary>
    public KnownKeys Add(string section, Type options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _sections.Add((section, options));
        AddProperties(section, options, isSecret: false);
        return this;
    }

    /// <summary>The key, or null when no option reads it.</summary>
    public KnownKey? Find(string key) => _keys.Find(known => known.Is(key));

    /// <summary>True when <paramref name="key"/> is a section or a list.</summary>
    public bool IsSection(string key) => _keys.Exists(known => known.IsBelow(key));

    /// <summary>The first key of a section.</summary>
    public KnownKey FirstBelow(string section) => _keys.First(known => known.IsBelow(section));

    /// <summary>The path of the known key or section that takes the fewest edits.</summary>
    public string Nearest(string key)
    {
        string plain = string.Join(':', key.Split(':').Select(part => KnownKey.IsPlace(part) ? KnownKey.AnyPlace : part)).ToUpperInvariant();
        return _keys.SelectMany(known => WithSections(known.Path)).Distinct().MinBy(path => EditDistance.Between(path.ToUpperInvariant(), plain))!;
    }

    private static IEnumerable<string> WithSections(string path)
    {
        for (string above = path; above.Contains(':', StringComparison.Ordinal); above = above[..above.LastIndexOf(':')])
            yield return above;
    }

    private void AddProperties(string section, Type options, bool isSecret)
    {
        object? defaults = Activator.CreateInstance(options);
        foreach (PropertyInfo property in options.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            Add($"{section}:{property.Name}", property.PropertyType, property.GetValue(defaults), isSecret || property.IsDefined(typeof(SecretAttribute)));
    }

    private void Add(string key, Type type, object? value, bool isSecret)
    {
        if (IsScalar(type))
            _keys.Add(new KnownKey(key, type, value, isSecret));
        else if (ItemOf(type, typeof(IDictionary<,>)) is [_, { } named])
            Add($"{key}:{KnownKey.AnyName}", named, null, isSecret);
        else if (ItemOf(type, typeof(IEnumerable<>)) is [{ } item] && IsScalar(item))
            _keys.Add(new KnownKey($"{key}:{KnownKey.AnyPlace}", item, (value as IEnumerable)?.Cast<object>().ToArray(), isSecret));
        else if (ItemOf(type, typeof(IEnumerable<>)) is [{ } listed])
            AddProperties($"{key}:{KnownKey.AnyPlace}", listed, isSecret);
        else
            AddProperties(key, type, isSecret);
    }

    private static Type[]? ItemOf(Type type, Type family) =>
        type.GetInterfaces().Append(type).FirstOrDefault(face => face.IsGenericType && face.GetGenericTypeDefinition() == family)?.GetGenericArguments();

    private static bool IsScalar(Type type)
    {
        Type inner = Nullable.GetUnderlyingType(type) ?? type;
        return inner.IsPrimitive || inner.IsEnum || inner == typeof(string) || inner == typeof(TimeSpan) || inner == typeof(Uri) || inner == typeof(decimal);
    }
}
