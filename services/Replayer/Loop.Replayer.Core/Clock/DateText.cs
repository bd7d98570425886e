using System.Globalization;
using System.Text.RegularExpressions;

namespace Loop.Replayer.Core.Clock;

/// <summary>Dates as services write them: ISO 8601, the three forms of HTTP (RFC 9110 §5.6.7), and Unix time.</summary>
internal static partial class DateText
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    // A time without zone, and a day without time, may be meant anywhere: UTC+14 to UTC-12.
    private static readonly TimeSpan East = TimeSpan.FromHours(14), West = TimeSpan.FromHours(12);

    /// <summary>The dates in a text that lie near a time, as they are written.</summary>
    public static IEnumerable<string> Near(string text, DateTimeOffset time)
    {
        foreach (Match match in Iso().Matches(text))
        {
            if (IsIsoNear(match, time))
                yield return match.Value;
        }

        foreach (Match match in Http().Matches(text))
        {
            if (DateTimeOffset.TryParseExact(Spaces().Replace(match.Value, " "), HttpForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces, out DateTimeOffset date)
                && IsNear(date, time))
                yield return match.Value;
        }
    }

    /// <summary>Whether a number is Unix time near a time, in seconds or milliseconds.</summary>
    public static bool IsNear(string number, DateTimeOffset time)
    {
        if (!double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            return false;
        double milliseconds = time.ToUnixTimeMilliseconds();
        return Math.Abs(value * 1000 - milliseconds) <= Day.TotalMilliseconds || Math.Abs(value - milliseconds) <= Day.TotalMilliseconds;
    }

    /// <summary>The numbers in a text that <see cref="IsNear(string, DateTimeOffset)"/>.</summary>
    public static IEnumerable<string> NumbersNear(string text, DateTimeOffset time) => Number().Matches(text).Select(match => match.Value).Where(number => IsNear(number, time));

    private static readonly string[] HttpForms =
    [
        "ddd, d MMM yyyy H:mm:ss 'GMT'", "ddd, d-MMM-yyyy H:mm:ss 'GMT'", "dddd, d-MMM-yy H:mm:ss 'GMT'", "ddd MMM d H:mm:ss yyyy",
        "ddd, d MMM yyyy H:mm:ss zzz",
    ];

    private static bool IsNear(DateTimeOffset date, DateTimeOffset time) => (date - time).Duration() <= Day;

    private static bool IsIsoNear(Match match, DateTimeOffset time)
    {
        // Seconds are the last thing that matters within a day; "24:00" and leap seconds are no reason to miss a date.
        string day = $"{match.Groups["year"].Value}-{match.Groups["month"].Value}-{match.Groups["day"].Value}";
        if (!DateTime.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime date))
            return false;
        if (!match.Groups["hour"].Success)
            return Overlaps(date - East, date + Day + West, time);
        DateTime local = date + new TimeSpan(Integer(match, "hour"), Integer(match, "minute"), 0);
        if (!match.Groups["zone"].Success)
            return Overlaps(local - East, local + West, time);
        DateTime universal = local - Ahead(match.Groups["zone"].Value);
        return Overlaps(universal, universal + TimeSpan.FromMinutes(1), time);
    }

    // Whether anything between two moments, in UTC, lies within a day of a time.
    private static bool Overlaps(DateTime from, DateTime to, DateTimeOffset time) => from <= time.UtcDateTime + Day && to >= time.UtcDateTime - Day;

    private static TimeSpan Ahead(string zone)
    {
        if (zone is "Z" or "z")
            return TimeSpan.Zero;
        string digits = zone[1..].Replace(":", "", StringComparison.Ordinal).PadRight(4, '0');
        TimeSpan ahead = new(int.Parse(digits[..2], CultureInfo.InvariantCulture), int.Parse(digits[2..], CultureInfo.InvariantCulture), 0);
        return zone[0] is '-' ? -ahead : ahead;
    }

    private static int Integer(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<![0-9])(?<year>(19|20|21)[0-9]{2})-(?<month>[0-9]{2})-(?<day>[0-9]{2})(?![0-9])([Tt ](?<hour>[0-9]{2}):?(?<minute>[0-9]{2})(:?[0-9]{2}([.,][0-9]+)?)?(?<zone>[Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?)?")]
    private static partial Regex Iso();

    [GeneratedRegex(@"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? ([0-9]{1,2}[ -][A-Z][a-z]{2}[ -][0-9]{2,4} [0-9]{1,2}:[0-9]{2}:[0-9]{2} (GMT|[+-][0-9]{2}:?[0-9]{2})|[A-Z][a-z]{2} {1,2}[0-9]{1,2} [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4})")]
    private static partial Regex Http();

    [GeneratedRegex(@"(?<![0-9.A-Za-z_-])[0-9]{9,14}(\.[0-9]+)?(?![0-9A-Za-z_])")]
    private static partial Regex Number();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
