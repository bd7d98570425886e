using System.Globalization;
using System.Text.Json;

namespace Loop.EnvoyConfig.Templates;

/// <summary>The little of YAML that the templates need. What is not a literal of ours passes through <see cref="Quote"/>.</summary>
internal static class Yaml
{
    /// <summary>A double-quoted scalar. JSON strings are YAML strings, and JSON escapes everything that could end the quotes.</summary>
    public static string Quote(string value) => JsonSerializer.Serialize(value);

    /// <summary>A flow list of quoted scalars.</summary>
    public static string List(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Quote))}]";

    /// <summary>Envoy's form of a duration.</summary>
    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.#########", CultureInfo.InvariantCulture) + "s";

    /// <summary>A socket address in flow style.</summary>
    public static string Socket(EnvoyAddress address) => $"{{socket_address: {{address: {Quote(address.Host)}, port_value: {address.Port}}}}}";

    /// <summary>Moves a block to the right, so that it can stand below a key.</summary>
    public static string Indent(string block, int spaces)
    {
        string margin = new(' ', spaces);
        return string.Join('\n', block.TrimEnd('\n').Split('\n').Select(line => line.Length == 0 ? line : margin + line));
    }

    /// <summary>An item of a block list.</summary>
    public static string Item(string block) => "- " + Indent(block, 2)[2..];

    /// <summary>A key above an indented block list; nothing at all when the list is empty.</summary>
    public static string KeyedList(string key, IEnumerable<string> blocks)
    {
        string[] items = [.. blocks.Select(Item)];
        return items.Length == 0 ? "" : $"{key}:\n{string.Join('\n', items)}\n";
    }
}
