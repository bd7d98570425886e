using System.Globalization;
using System.Text.RegularExpressions;
using Loop.Contracts;
using Loop.SandboxFiles.Yaml;

namespace Loop.SandboxFiles.Format;

/// <summary>Compares a document with its shape and reports everything that does not fit.</summary>
internal sealed class ShapeChecker(FaultList faults)
{
    private static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(1);

    public void Check(YamlNode node, Shape shape, string what)
    {
        switch (shape, node)
        {
            case (EitherShape either, _):
                CheckEither(node, either, what);
                break;
            case (MapShape known, YamlMap map):
                CheckMap(map, known, what);
                break;
            case (NamesShape names, YamlMap map):
                CheckNames(map, names, what);
                break;
            case (ListShape items, YamlList list):
                CheckList(list, items, what);
                break;
            case (_, YamlText text) when shape is not (MapShape or NamesShape or ListShape):
                CheckText(text, shape, what);
                break;
            default:
                Wrong(node, shape, what);
                break;
        }
    }

    private void CheckEither(YamlNode node, EitherShape either, string what)
    {
        List<Shape> ofItsKind = [.. either.Alternatives.Where(shape => IsOfKind(node, shape))];
        if (ofItsKind.Count == 1 && node is not YamlText)
            Check(node, ofItsKind[0], what);
        else if (node is not YamlText text || !ofItsKind.Exists(shape => Fits(text, shape)))
            Wrong(node, either, what);
    }

    private void CheckMap(YamlMap map, MapShape shape, string what)
    {
        foreach (YamlEntry entry in Distinct(map, what))
        {
            if (shape.Keys.FirstOrDefault(key => key.Name == entry.Key.Value) is { } key)
                Check(entry.Value, key.Value, Join(what, key.Name));
            else
                faults.Add(entry.Key, $"unknown key '{entry.Key.Value}' in {Name(what)}; it knows {string.Join(", ", shape.Keys.Select(one => one.Name))}",
                    NearestWord.To(entry.Key.Value, shape.Keys.Select(one => one.Name)));
        }

        foreach (KeyShape key in shape.Keys.Where(key => map[key.Name] is null && IsRequired(key, map)))
            faults.Add(map, $"{Name(what)} lacks {key.Name}: {key.Value.Expected}");
        if (shape.ExactlyOneOf is { } one && map.Entries.Count(entry => one.Contains(entry.Key.Value)) != 1)
            faults.Add(map, $"{Name(what)} must have exactly one of {string.Join(", ", one)}");
    }

    private void CheckNames(YamlMap map, NamesShape shape, string what)
    {
        if (map.Entries.Count < shape.Minimum)
            faults.Add(map, $"{Name(what)} must not be empty");
        foreach (YamlEntry entry in Distinct(map, what))
        {
            if (string.IsNullOrWhiteSpace(entry.Key.Value))
                faults.Add(entry.Key, $"a name in {Name(what)} is empty");
            Check(entry.Value, shape.Value, Join(what, entry.Key.Value));
        }
    }

    private void CheckList(YamlList list, ListShape shape, string what)
    {
        if (list.Items.Count < shape.Minimum)
            faults.Add(list, $"{Name(what)} must not be empty");
        foreach ((int index, YamlNode item) in list.Items.Index())
            Check(item, shape.Item, string.Create(CultureInfo.InvariantCulture, $"{what}[{index}]"));
    }

    private void CheckText(YamlText text, Shape shape, string what)
    {
        if (!Fits(text, shape))
            Wrong(text, shape, what);
    }

    private IEnumerable<YamlEntry> Distinct(YamlMap map, string what)
    {
        Dictionary<string, YamlText> seen = new(StringComparer.Ordinal);
        foreach (YamlEntry entry in map.Entries)
        {
            if (seen.TryAdd(entry.Key.Value, entry.Key))
                yield return entry;
            else
                faults.Add(entry.Key, string.Create(CultureInfo.InvariantCulture, $"'{entry.Key.Value}' is in {Name(what)} twice; the first one is in line {seen[entry.Key.Value].Line}"));
        }
    }

    private void Wrong(YamlNode node, Shape shape, string what)
    {
        bool unquoted = node is YamlText { IsNothing: false } plain && (plain.IsNumber || plain.IsToggle) && Alternatives(shape).OfType<TextShape>().Any();
        string hint = unquoted ? $"; as text, write it in quotes: \"{((YamlText)node).Value}\"" : "";
        string? nearest = node is YamlText { Value.Length: > 0 } text
            ? NearestWord.To(text.Value, Alternatives(shape).OfType<ChoiceShape>().SelectMany(choice => choice.Values))
            : null;
        faults.Add(node, $"{Name(what)} must be {shape.Expected}, and is {node.Kind}{hint}", nearest);
    }

    private static bool Fits(YamlText text, Shape shape) => shape switch
    {
        ChoiceShape choice => choice.Values.Contains(text.Value),
        ToggleShape => text.IsToggle,
        NumberShape number => text.IsNumber && int.TryParse(text.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            && value >= number.Minimum && value <= number.Maximum,
        TextShape expected => !text.IsNothing && (expected.AllowsNumbers || !(text.IsNumber || text.IsToggle))
            && (expected.Pattern is null || Regex.IsMatch(text.Value, expected.Pattern, RegexOptions.CultureInvariant, PatternLimit)),
        _ => false,
    };

    private static bool IsOfKind(YamlNode node, Shape shape) => node switch
    {
        YamlMap => shape is MapShape or NamesShape,
        YamlList => shape is ListShape,
        _ => shape is not (MapShape or NamesShape or ListShape),
    };

    private static IEnumerable<Shape> Alternatives(Shape shape) => shape is EitherShape either ? either.Alternatives : [shape];

    private static bool IsRequired(KeyShape key, YamlMap map) =>
        key.IsRequired || (key.Unless is { } unless && !(map[unless.Key] is YamlText text && text.Value == unless.Value));

    private static string Join(string what, string key) => what.Length == 0 ? key : $"{what}.{key}";

    private static string Name(string what) => what.Length == 0 ? "the file" : what;
}
