using System.Globalization;
using Loop.Contracts;
using Loop.SandboxFiles.Yaml;

namespace Loop.SandboxFiles.Format;

/// <summary>Rules between parts of a file: names that must exist, ports that must differ. Parts of a wrong shape are passed over; they have their own faults.</summary>
internal sealed class ReferenceRules
{
    private readonly YamlMap _root;
    private readonly FaultList _faults;
    private readonly Dictionary<string, YamlMap> _services;

    private ReferenceRules(YamlMap root, FaultList faults)
    {
        _root = root;
        _faults = faults;
        _services = Maps("services").DistinctBy(entry => entry.Name).ToDictionary(entry => entry.Name, entry => entry.Map);
    }

    public static void Check(YamlMap root, FaultList faults)
    {
        ReferenceRules rules = new(root, faults);
        rules.Names();
        rules.Ports();
    }

    private void Names()
    {
        foreach ((string name, YamlMap map) in Maps("dependencies"))
            Live(map["service"], $"dependencies.{name}.service");
        foreach ((int index, YamlMap item) in Items("background"))
            Known(item["by"], string.Create(CultureInfo.InvariantCulture, $"background[{index}].by"));
        foreach ((int index, YamlMap item) in Items("warm"))
            Live(item["service"], string.Create(CultureInfo.InvariantCulture, $"warm[{index}].service"));
        foreach ((string name, YamlMap map) in Maps("credentials"))
        {
            All(map["services"], $"credentials.{name}.services", Known);
            KeySetOnly(map["jwt"] as YamlMap, $"credentials.{name}.jwt");
        }

        All(_root["serialise"], "serialise", Live);
    }

    // A secret is known to both sides: there is nothing to publish, and HS256 is its only signature.
    private void KeySetOnly(YamlMap? jwt, string what)
    {
        foreach (string key in new[] { "discovery", "algorithm" })
        {
            if (jwt?["secret"] is not null && jwt[key] is { } node)
                _faults.Add(node, $"{what}.{key} goes with keySet, not with secret");
        }
    }

    // Each service has a network namespace of its own: only what runs in the same one can collide.
    private void Ports()
    {
        Dictionary<(string Service, int Port), string> taken = [];
        foreach ((string name, YamlMap service) in _services)
            Take(taken, name, service["port"], $"services.{name}.port");
        foreach ((string name, YamlMap service) in _services)
            Take(taken, name, (service["debug"] as YamlMap)?["port"], $"services.{name}.debug.port");
        foreach ((string name, YamlMap dependency) in Maps("dependencies"))
            Take(taken, (dependency["service"] as YamlText)?.Value ?? "", dependency["port"], $"dependencies.{name}.port");
    }

    private void Take(Dictionary<(string Service, int Port), string> taken, string service, YamlNode? node, string what)
    {
        if (node is not YamlText text || !int.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int port))
            return;
        if (!taken.TryAdd((service, port), what))
            _faults.Add(text, string.Create(CultureInfo.InvariantCulture, $"{what}: port {port} is taken by {taken[(service, port)]}, and both run in the namespace of {service}"));
    }

    private static void All(YamlNode? node, string what, Action<YamlNode?, string> rule)
    {
        foreach ((int index, YamlNode item) in ((node as YamlList)?.Items ?? []).Index())
            rule(item, string.Create(CultureInfo.InvariantCulture, $"{what}[{index}]"));
    }

    private void Live(YamlNode? node, string what)
    {
        Known(node, what);
        bool isRecorded = node is YamlText text && _services.TryGetValue(text.Value, out YamlMap? service) && service["state"] is YamlText { Value: SandboxFormat.Recorded };
        if (isRecorded)
            _faults.Add(node!, $"{what}: {((YamlText)node!).Value} is answered from the recording (state: recorded), so nothing of it runs");
    }

    private void Known(YamlNode? node, string what)
    {
        if (node is YamlText text && !_services.ContainsKey(text.Value))
            _faults.Add(text, $"{what}: no service '{text.Value}' under services:", NearestWord.To(text.Value, _services.Keys));
    }

    private IEnumerable<(string Name, YamlMap Map)> Maps(string key) =>
        ((_root[key] as YamlMap)?.Entries ?? []).Where(entry => entry.Value is YamlMap).Select(entry => (entry.Key.Value, (YamlMap)entry.Value));

    private IEnumerable<(int Index, YamlMap Item)> Items(string key) =>
        ((_root[key] as YamlList)?.Items ?? []).Index().Where(item => item.Item is YamlMap).Select(item => (item.Index, (YamlMap)item.Item));
}
