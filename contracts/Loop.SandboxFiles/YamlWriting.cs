using System.Text.Json;
using System.Text.RegularExpressions;

namespace Loop.SandboxFiles;

/// <summary>Recorded texts as parts of a YAML file.</summary>
internal static partial class YamlWriting
{
    private const int MaximumComment = 120;
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase) { "null", "true", "false", "yes", "no", "on", "off", "y", "n" };

    /// <summary>A recorded text must not end the comment that it stands in.</summary>
    public static string Comment(string text) => Unprintable().Replace(text.Length > MaximumComment ? text[..MaximumComment] + "…" : text, "?");

    /// <summary>In quotes unless it is a plain word.</summary>
    public static string Scalar(string text) => Word().IsMatch(text) && !Reserved.Contains(text) ? text : JsonSerializer.Serialize(text);

    [GeneratedRegex(@"[^\P{C}]|[\u2028\u2029\u0085\uFFFE\uFFFF]", RegexOptions.CultureInvariant)]
    private static partial Regex Unprintable();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_.-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
