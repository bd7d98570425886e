using System.Text;
using System.Text.RegularExpressions;

namespace Loop.Replayer.Core.Comparison;

/// <summary>A multipart body by part (RFC 2046 §5.1, RFC 7578): the boundary does not count; headers and body of each part do, the body by its own type.</summary>
internal static partial class MultipartTree
{
    public static BodyNode Read(BodySource source, NodeBudget budget, int nesting) => new()
    {
        Key = "part",
        Step = "part",
        Type = "parts",
        OrderCounts = true,
        Show = () => LeafText.Hash(source.Bytes),
        Children = [.. Parts(source).Select((part, index) => Part(part, index, budget, nesting))],
    };

    // One character per byte: file parts are not text.
    private static IEnumerable<string> Parts(BodySource source)
    {
        string delimiter = $"\r\n--{MultipartBoundary.Of(source.ContentType) ?? throw new InvalidDataException("No boundary.")}";
        string text = $"\r\n{Encoding.Latin1.GetString(source.Bytes)}";
        string[] pieces = text.Split(delimiter);
        // Text before the first and after the last part is for mail readers; where there is some, nothing may be left out.
        if (pieces.Length < 2 || pieces[0].Length > 0 || pieces[^1].TrimEnd('\r', '\n') != "--")
            throw new InvalidDataException("Not framed by its boundary.");
        foreach (string piece in pieces[1..^1])
        {
            string part = piece.TrimStart(' ', '\t');
            yield return part.StartsWith("\r\n", StringComparison.Ordinal) ? part[2..] : throw new InvalidDataException("A delimiter within a line.");
        }
    }

    private static BodyNode Part(string part, int index, NodeBudget budget, int nesting)
    {
        budget.Spend(nesting);
        // A part without headers begins with its empty line.
        int end = part.StartsWith("\r\n", StringComparison.Ordinal) ? -2 : part.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end == -1)
            throw new InvalidDataException("A part without an end of its headers.");
        List<(string Name, string Value)> headers = end < 0 ? [] : [.. part[..end].Split("\r\n").Select(Header)];
        byte[] body = Encoding.Latin1.GetBytes(part[(end + 4)..]);
        string? name = headers.Where(header => header.Name == "content-disposition").Select(header => FieldName().Match(header.Value)).FirstOrDefault(match => match.Success)?.Groups["name"].Value;
        return new BodyNode
        {
            Key = name is null ? BodyPlace.Item(index) : $".{name}",
            Step = name is null ? BodyPlace.Item(index) : BodyPlace.Member(LeafText.Lenient(Encoding.Latin1.GetBytes(name))),
            Type = "part",
            Show = () => LeafText.Hash(body),
            Children = [.. headers.Select(HeaderNode), Body(headers, body, budget, nesting)],
        };
    }

    private static (string Name, string Value) Header(string line)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 ? (line[..colon].Trim().ToLowerInvariant(), line[(colon + 1)..].Trim()) : throw new InvalidDataException("A header without a colon.");
    }

    private static BodyNode HeaderNode((string Name, string Value) header) =>
        new() { Key = $"header {header.Name}", Step = $" header {header.Name}", Type = "text", Value = header.Name == "content-type" ? MultipartBoundary.Without(header.Value) : header.Value };

    private static BodyNode Body(List<(string Name, string Value)> headers, byte[] body, NodeBudget budget, int nesting)
    {
        string contentType = headers.Find(header => header.Name == "content-type").Value ?? "";
        BodySource source = new() { Bytes = body, ContentType = contentType, MediaType = contentType.Split(';')[0].Trim().ToLowerInvariant() };
        if (Try(source, budget, nesting + 1) is { } tree)
            return tree.At("body", $" {tree.Step}");
        return LeafText.Leaf("body", "", body);
    }

    // A part that is not what it says it is does not make the others unreadable.
    private static BodyNode? Try(BodySource source, NodeBudget budget, int nesting)
    {
        try
        {
            return BodyTree.Read(source, budget, nesting);
        }
        catch (Exception error) when (BodyTree.IsUnreadable(error))
        {
            return null;
        }
    }

    [GeneratedRegex("""(?:^|;)\s*name=(?:"(?<name>[^"]*)"|(?<name>[^;\s"]+))""", RegexOptions.IgnoreCase)]
    private static partial Regex FieldName();
}
