using System.Globalization;
using System.Text.RegularExpressions;

namespace Loop.Replayer.Core.Noise;

/// <summary>Reads a time and says how it is written.</summary>
/// <param name="Value">The time; UTC where the text names no zone.</param>
/// <param name="Format">Equal for times that one writer writes: separators, precision of a minute or a second, zone. Fractions come and go with their zeros.</param>
internal readonly partial record struct TimeForm(DateTimeOffset Value, string Format)
{
    private const string DateFormat = "yyyy-MM-dd";
    private const string HttpFormat = "ddd, dd MMM yyyy HH:mm:ss 'GMT'";

    // 2001-09-09 to 2286-11-20: ten digits of seconds.
    private const double EarliestEpochSeconds = 1e9;
    private const double LatestEpochSeconds = 1e10;

    /// <summary>True for a count since 1970, which a number of another kind could look like.</summary>
    public bool IsEpoch => Format.StartsWith("epoch", StringComparison.Ordinal);

    /// <summary>How long one value of a format may stand for: a date for a day.</summary>
    public static double PrecisionSeconds(string format) => format == DateFormat ? 86_400 : format.Contains("HH:mm", StringComparison.Ordinal) && !format.Contains(":ss", StringComparison.Ordinal) ? 60 : 0;

    /// <summary>The time; null when the text is none.</summary>
    public static TimeForm? Read(string text)
    {
        if (text.Length is < 10 or > 40)
            return null;
        if (DateTimeOffset.TryParseExact(text, HttpFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset http))
            return new TimeForm(http, HttpFormat);
        if (DateTimeOffset.TryParseExact(text, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date))
            return new TimeForm(date, DateFormat);
        return Iso().Match(text) is { Success: true } iso ? ReadIso(iso) : ReadEpoch(text);
    }

    private static TimeForm? ReadIso(Match iso)
    {
        string zone = iso.Groups["zone"].Value;
        string seconds = iso.Groups["seconds"].Success ? iso.Groups["seconds"].Value : ":00";
        // .NET reads seven digits of a fraction; more do not change the second.
        string fraction = iso.Groups["fraction"].Value is { Length: > 8 } @long ? @long[..8] : iso.Groups["fraction"].Value;
        string plain = $"{iso.Groups["date"].Value}T{iso.Groups["time"].Value}{seconds}{fraction.Replace(',', '.')}{(zone.Length == 0 ? "Z" : zone)}";
        if (!DateTimeOffset.TryParse(plain, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset value))
            return null;
        return new TimeForm(value, $"yyyy-MM-dd{iso.Groups["separator"].Value}HH:mm{(iso.Groups["seconds"].Success ? ":ss" : "")}{zone}");
    }

    private static TimeForm? ReadEpoch(string text)
    {
        if (NumberForm.Read(text) is not { Value: > 0 } number || text.Contains('e', StringComparison.OrdinalIgnoreCase))
            return null;
        (string unit, double perSecond) = text.Split('.')[0].Length switch { 10 => ("s", 1.0), 13 => ("ms", 1e3), 16 => ("µs", 1e6), 19 => ("ns", 1e9), _ => ("", 0) };
        double seconds = perSecond == 0 ? 0 : number.Value / perSecond;
        bool isFraction = !number.IsWhole;
        return seconds is >= EarliestEpochSeconds and < LatestEpochSeconds ? new TimeForm(DateTimeOffset.UnixEpoch.AddSeconds(seconds), isFraction ? $"epoch {unit} with fraction" : $"epoch {unit}") : null;
    }

    [GeneratedRegex(@"\A(?<date>\d{4}-\d\d-\d\d)(?<separator>[T ])(?<time>\d\d:\d\d)((?<seconds>:\d\d)(?<fraction>[.,]\d{1,12})?)?(?<zone>Z|[+-]\d\d:?\d\d)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Iso();
}
