using System.Text.RegularExpressions;

namespace Loop.Replayer.Core.Links;

/// <summary>A place with its positions in lists left out: which item of a list holds a value may change from run to run.</summary>
internal static partial class PlacePattern
{
    public static string Of(string place) =>
        // Segments of a path are no list: each of them means something else.
        place.StartsWith("path[", StringComparison.Ordinal) ? place : Index().Replace(place, "[*]");

    [GeneratedRegex(@"\[\d+\]", RegexOptions.CultureInvariant)]
    private static partial Regex Index();
}
