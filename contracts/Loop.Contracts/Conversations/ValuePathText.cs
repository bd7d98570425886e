using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Loop.Contracts.Conversations;

/// <summary>A place in a JSON body as text: <c>$.items[0].total</c>, <c>$['a b']</c>.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Steps">One after the other: <c>.items</c>, <c>[0]</c>, <c>['a b']</c>; none for the whole body.</param>
public sealed partial record ValuePathText(string Text, IReadOnlyList<string> Steps)
{
    /// <summary>Reads a path; false when it is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ValuePathText? path)
    {
        Match match = Whole().Match(text);
        path = match.Success ? new ValuePathText(text, [.. match.Groups["step"].Captures.Select(capture => capture.Value)]) : null;
        return path is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    [GeneratedRegex(@"\A\$(?<step>\.[A-Za-z0-9_-]+|\[[0-9]+\]|\['[^']+'\])*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();
}
