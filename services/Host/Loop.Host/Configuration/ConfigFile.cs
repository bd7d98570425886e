using System.Globalization;
using Microsoft.Extensions.Configuration;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Loop.Host.Configuration;

/// <summary>A configuration file cannot be used.</summary>
public sealed class ConfigurationFaultException(string message) : Exception(message);

/// <summary>
/// Reads the YAML file of <c>--config</c>. Its keys are those of the options' sections without the leading <c>Loop</c>; an unknown one stops the start and names
/// the nearest known one, since a misspelt limit that is silently ignored shows only in production.
/// </summary>
public static class ConfigFile
{
    /// <summary>Reads a file into configuration keys.</summary>
    /// <exception cref="ConfigurationFaultException">All faults together: file, line, key, remedy.</exception>
    public static IReadOnlyDictionary<string, string?> Read(string path, KnownKeys known)
    {
        ArgumentNullException.ThrowIfNull(known);
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var faults = new List<string>();
        foreach (YamlDocument document in Load(path).Documents)
            Flatten(document.RootNode, "Loop", values, faults, known);
        return faults.Count == 0 ? values : throw new ConfigurationFaultException(string.Join(Environment.NewLine, faults.Select(fault => $"{path}: {fault}")));
    }

    private static YamlStream Load(string path)
    {
        var stream = new YamlStream();
        try
        {
            using var reader = new StreamReader(path);
            stream.Load(reader);
            return stream;
        }
        catch (YamlException fault)
        {
            throw new ConfigurationFaultException($"{path}: line {fault.Start.Line}, column {fault.Start.Column}: {fault.Message} Mend the YAML there.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationFaultException($"{path}: {fault.Message} Give --config a file that can be read.");
        }
    }

    private static void Flatten(YamlNode node, string key, Dictionary<string, string?> values, List<string> faults, KnownKeys known)
    {
        switch (node)
        {
            case YamlMappingNode mapping:
                foreach ((YamlNode name, YamlNode value) in mapping.Children)
                    Flatten(value, ConfigurationPath.Combine(key, ((YamlScalarNode)name).Value ?? ""), values, faults, known);
                break;
            case YamlSequenceNode sequence:
                for (int index = 0; index < sequence.Children.Count; index++)
                    Flatten(sequence.Children[index], ConfigurationPath.Combine(key, index.ToString(CultureInfo.InvariantCulture)), values, faults, known);
                break;
            case YamlScalarNode scalar when known.Contains(key):
                values[key] = scalar.Value;
                break;
            case YamlScalarNode when key != "Loop":
                faults.Add($"line {node.Start.Line}: unknown key '{Shown(key)}'; did you mean '{Shown(known.Nearest(key))}'?");
                break;
        }
    }

    private static string Shown(string key) => string.Join('.', key.Split(':').Skip(1).Select(part => part.Length == 0 ? part : char.ToLowerInvariant(part[0]) + part[1..]));
}
