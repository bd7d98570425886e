using System.Text.RegularExpressions;

namespace Loop.Contracts.Exchanges;

/// <summary>
/// From the path of one request to that of all requests like it: the query goes, and what looks like the name of one thing becomes <c>{id}</c>. A guess that
/// takes two routes for one costs a control that is less alike; one that takes each request for a route of its own would find none, so the rules are generous.
/// </summary>
public static partial class RoutePath
{
    private const string Id = "{id}";

    /// <summary>Generalises a raw path.</summary>
    public static string Generalise(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        int end = path.AsSpan().IndexOfAny('?', '#');
        string plain = end < 0 ? path : path[..end];
        return plain.Length == 0 ? "/" : string.Join('/', plain.Split('/').Select(Segment));
    }

    private static string Segment(string segment)
    {
        int parameters = segment.IndexOf(';', StringComparison.Ordinal);
        string name = parameters < 0 ? segment : segment[..parameters];
        if (IsId(name))
            return Id;
        Match part = Named().Match(name);
        return part.Success && IsId(part.Groups["id"].Value) ? part.Groups["before"].Value + Id + part.Groups["after"].Value : name;
    }

    private static bool IsId(string text) => Numbers().IsMatch(text) || Hex().IsMatch(text) || Opaque().IsMatch(text) || text.Contains('@', StringComparison.Ordinal) || text.Contains("%40", StringComparison.Ordinal);

    // 17, 2026-11-27, 10.0.0.1.
    [GeneratedRegex(@"\A[0-9][0-9.,:_-]*\z")]
    private static partial Regex Numbers();

    // A UUID with or without dashes, a hash, an ObjectId.
    [GeneratedRegex(@"\A(?:[0-9A-Fa-f]{8,}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\z")]
    private static partial Regex Hex();

    // ULIDs, KSUIDs, base-62: long, without separators, with digits. A word is not 16 letters long with a digit in it.
    [GeneratedRegex(@"\A(?=.*[0-9])(?=.*[A-Za-z])[0-9A-Za-z]{16,}\z")]
    private static partial Regex Opaque();

    // ord_7f3a9c1b, invoice-2041.pdf, 17.json.
    [GeneratedRegex(@"\A(?<before>(?:[A-Za-z]+[-_])*)(?<id>[0-9A-Za-z][0-9A-Za-z-]*)(?<after>(?:\.[A-Za-z][A-Za-z0-9]{0,7})?)\z")]
    private static partial Regex Named();
}
