using System.Globalization;

namespace Loop.Replayer.Core.Noise;

/// <summary>Reads a number as JSON writes it.</summary>
/// <param name="Value">Finite.</param>
/// <param name="IsWhole">Digits alone.</param>
internal readonly record struct NumberForm(double Value, bool IsWhole)
{
    private const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    // Longer ones have more digits than a double.
    private const int MaximumLength = 32;

    /// <summary>The number; null when the text is none.</summary>
    public static NumberForm? Read(string text)
    {
        ReadOnlySpan<char> digits = text.StartsWith('-') ? text.AsSpan(1) : text;
        // 007 is a name, not a number.
        bool hasForm = digits.Length is > 0 and <= MaximumLength && char.IsAsciiDigit(digits[0]) && char.IsAsciiDigit(digits[^1]) && !(digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit(digits[1]));
        if (!hasForm || !double.TryParse(text, Style, CultureInfo.InvariantCulture, out double value) || !double.IsFinite(value))
            return null;
        return new NumberForm(value, !digits.ContainsAnyExceptInRange('0', '9'));
    }
}
