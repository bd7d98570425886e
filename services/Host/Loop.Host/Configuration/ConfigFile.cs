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
public sealed class ConfigFile
{
    private readonly Dictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _faults = [];
    private readonly KnownKeys _known;

    private ConfigFile(KnownKeys known) => _known = known;

    /// <summary>Reads a file into configuration keys.</summary>
    /// <exception cref="ConfigurationFaultException">All faults together: file, line, key, remedy.</exception>
    public static IReadOnlyDictionary<string, string?> Read(string path, KnownKeys known)
    {
        ArgumentNullException.ThrowIfNull(known);
        var file = new ConfigFile(known);
        foreach (YamlDocument document in Load(path).Documents)
            file.Flatten(document.RootNode, "Loop", document.RootNode);
        return file._faults.Count == 0 ? file._values : throw new ConfigurationFaultException(string.Join(Environment.NewLine, file._faults.Select(fault => $"{path}: {fault}")));
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

    // A section begins in the line after its name; a fault is where the name is.
    private void Flatten(YamlNode node, string key, YamlNode name)
    {
        switch (node)
        {
            case YamlScalarNode scalar:
                Take(scalar, key);
                break;
            case YamlMappingNode or YamlSequenceNode when _known.Find(key) is { } single:
                Fault(name, $"key '{single.Shown}' takes a single value.");
                break;
            case YamlMappingNode or YamlSequenceNode when key != "Loop" && !_known.IsSection(key):
                Unknown(name, key);
                break;
            case YamlMappingNode mapping:
                foreach ((YamlNode child, YamlNode value) in mapping.Children)
                {
                    if (child is YamlScalarNode { Value: { } text })
                        Flatten(value, ConfigurationPath.Combine(key, text), child);
                    else
                        Fault(child, "a key must be a name.");
                }

                break;
            case YamlSequenceNode sequence:
                for (int index = 0; index < sequence.Children.Count; index++)
                    Flatten(sequence.Children[index], ConfigurationPath.Combine(key, index.ToString(CultureInfo.InvariantCulture)), sequence.Children[index]);
                break;
        }
    }

    private void Take(YamlScalarNode scalar, string key)
    {
        // YAML's null: the key stands there without a value, so the default holds.
        bool isNull = scalar is { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" };
        if (_known.Find(key) is not { } known)
        {
            if (!_known.IsSection(key) && key != "Loop")
                Unknown(scalar, key);
            else if (!isNull)
                Fault(scalar, key == "Loop" ? "the file must hold sections, such as 'capture:'." : $"'{KnownKey.Show(key)}' is a section or list, not a value; below it is '{_known.FirstBelow(key).Shown}'.");
            return;
        }

        if (isNull)
            return;
        if (ValueCheck.Fault(known, scalar.Value!) is { } fault)
            Fault(scalar, $"key '{KnownKey.Show(key)}': {fault}");
        else
            _values[key] = scalar.Value;
    }

    private void Unknown(YamlNode node, string key) => Fault(node, $"unknown key '{KnownKey.Show(key)}'; did you mean '{KnownKey.Show(_known.Nearest(key))}'?");

    private void Fault(YamlNode node, string words) => _faults.Add($"line {node.Start.Line}: {words}");
}
