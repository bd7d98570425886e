using System.Globalization;

namespace Loop.Replayer.Core.Comparison;

/// <summary>Writes places within a body.</summary>
internal static class BodyPlace
{
    /// <summary>A named member: <c>.total</c>, <c>['a b']</c>.</summary>
    public static string Member(string name)
    {
        bool plain = name.Length > 0 && name.All(symbol => char.IsLetterOrDigit(symbol) || symbol is '_' or '-');
        return plain ? $".{name}" : $"['{name}']";
    }

    /// <summary>An item: <c>[2]</c>, counted from 0 as in JSON paths.</summary>
    public static string Item(int index) => string.Create(CultureInfo.InvariantCulture, $"[{index}]");

    /// <summary>A child's place; repeated members say which one they are, counted from 1.</summary>
    public static string Child(string parent, string step, int occurrence) =>
        occurrence == 1 ? parent + step : string.Create(CultureInfo.InvariantCulture, $"{parent}{step} (occurrence {occurrence})");
}
