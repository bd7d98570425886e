using System.Collections;
using System.Globalization;
using System.Reflection;
using Loop.Hosting.Configuration;
using Microsoft.Extensions.Configuration;
using YamlDotNet.Serialization;

namespace Loop.Host.Configuration;

/// <summary>The configuration as the services would see it, as a file that <c>--config</c> takes; secrets are left out.</summary>
public static class EffectiveConfiguration
{
    /// <summary>Stands where a secret is set.</summary>
    public const string Redacted = "<redacted>";

    private static readonly ISerializer Yaml = new SerializerBuilder().WithIndentedSequences().Build();

    /// <summary>Binds every section as the services do, and prints the result.</summary>
    public static string Print(IConfiguration configuration, KnownKeys known)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(known);
        var root = new Dictionary<string, object?>();
        foreach ((string section, Type type) in known.Sections)
        {
            object options = Activator.CreateInstance(type)!;
            configuration.GetSection(section).Bind(options);
            Dictionary<string, object?> place = section.Split(':').Skip(1).Aggregate(root, Below);
            foreach ((string name, object? value) in Properties(options))
                place[name] = value;
        }

        return Yaml.Serialize(root);
    }

    private static Dictionary<string, object?> Below(Dictionary<string, object?> place, string name)
    {
        if (place.TryGetValue(Camel(name), out object? found) && found is Dictionary<string, object?> below)
            return below;
        var fresh = new Dictionary<string, object?>();
        place[Camel(name)] = fresh;
        return fresh;
    }

    private static Dictionary<string, object?> Properties(object options)
    {
        var values = new Dictionary<string, object?>();
        foreach (PropertyInfo property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
            values[Camel(property.Name)] = Value(property.GetValue(options), property.IsDefined(typeof(SecretAttribute)));
        return values;
    }

    private static object? Value(object? value, bool isSecret) => value switch
    {
        null => null,
        IDictionary map => map.Keys.Cast<object>().ToDictionary(key => key.ToString()!, key => Value(map[key], isSecret)),
        string text => isSecret && text.Length > 0 ? Redacted : text,
        bool flag => flag ? "true" : "false",
        IFormattable scalar => isSecret ? Redacted : scalar.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable list => list.Cast<object?>().Select(item => Value(item, isSecret)).ToList(),
        _ => Properties(value),
    };

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
