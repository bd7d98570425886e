using System.Globalization;
using System.Text.RegularExpressions;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Links;

/// <summary>One field of a message that can hold a linked value.</summary>
/// <param name="Place">For <see cref="LinkPlace.Place"/>.</param>
/// <param name="Name">Its own name, without its path.</param>
/// <param name="NamesId">True when its name or its position says that it holds an id.</param>
/// <param name="Text">Decoded.</param>
internal readonly record struct FieldText(string Place, string Name, bool NamesId, string Text);

/// <summary>Reads the fields of a message: path, query, headers, cookies, body.</summary>
internal static partial class FieldTexts
{
    public static IReadOnlyList<FieldText> Of(Message message)
    {
        List<FieldText> fields = [.. Target(message.Part.Header(":path") ?? "")];
        foreach (HeaderField header in message.Part.Headers.Where(header => IsRead(header.Name)))
            fields.AddRange(header.Name is "cookie" or "set-cookie" ? Cookies(header) : [Header(header)]);
        if (!message.Body.IsEmpty && ContentDecoding.Decode(message.Body, message.Part.Header("content-encoding")) is { } bytes)
            fields.AddRange(Body(message, bytes));
        return fields;
    }

    /// <summary>The fields of a decoded body.</summary>
    public static IEnumerable<FieldText> Body(Message message, byte[] bytes)
    {
        if (BodyTree.Of(message, bytes, message.MediaType, shape: null) is not { } tree)
            return message.MediaType?.StartsWith("text/", StringComparison.Ordinal) == true ? [new FieldText("body", "", false, LeafText.Lenient(bytes))] : [];
        return tree.Leaves($"body {tree.Step}").Where(leaf => leaf.Leaf.Type is "String" or "Number" or "text").Select(leaf => Leaf(leaf.Place, leaf.Leaf));
    }

    /// <summary>The place of a segment of the path, counted from 0.</summary>
    public static string Segment(int index) => string.Create(CultureInfo.InvariantCulture, $"path[{index}]");

    /// <summary>Headers whose values differ in every run by construction, and what is framing, are no values of a service.</summary>
    public static bool IsRead(string name) => name is "etag" or "set-cookie" or "authorization" || HeaderComparison.IsCompared(name);

    private static IEnumerable<FieldText> Target(string target)
    {
        string[] halves = target.Split('?', 2);
        foreach ((int index, string segment) in halves[0].Split('/').Index().Skip(1))
            yield return new FieldText(Segment(index - 1), "", true, Uri.UnescapeDataString(segment));
        foreach (string pair in halves.Length == 2 ? halves[1].Split('&') : [])
        {
            string[] sides = pair.Split('=', 2);
            string name = Uri.UnescapeDataString(sides[0]);
            yield return new FieldText($"query.{name}", name, LinkCandidate.NamesId(name), Uri.UnescapeDataString(sides.Length == 2 ? sides[1] : ""));
        }
    }

    private static FieldText Header(HeaderField header) =>
        new($"header {header.Name}", header.Name, header.Name is "location" or "content-location" || LinkCandidate.NamesId(header.Name), header.Value);

    // Of a set cookie the first pair; of cookies all.
    private static IEnumerable<FieldText> Cookies(HeaderField header)
    {
        foreach (string cookie in header.Name == "set-cookie" ? [header.Value.Split(';')[0]] : header.Value.Split(';'))
        {
            string[] sides = cookie.Split('=', 2);
            if (sides.Length == 2)
                yield return new FieldText($"header {header.Name}.{sides[0].Trim()}", sides[0].Trim(), true, sides[1].Trim());
        }
    }

    private static FieldText Leaf(string place, BodyNode leaf)
    {
        string name = LastName().Match(place) is { Success: true } match ? match.Groups["name"].Value : "";
        return new FieldText(place, name, LinkCandidate.NamesId(name), leaf.Value);
    }

    [GeneratedRegex(@"(?:\.|/@?|\[')(?<name>[\p{L}\p{Nd}_-]+)(?:'\]|\[\d+\]|/text\(\)| \(occurrence \d+\))*\z", RegexOptions.CultureInvariant)]
    private static partial Regex LastName();
}
