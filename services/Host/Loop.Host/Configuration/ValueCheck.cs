using System.ComponentModel;
using System.Globalization;

namespace Loop.Host.Configuration;

/// <summary>Whether a value can be read as its option's type, said before anything is bound: the binder would only throw.</summary>
internal static class ValueCheck
{
    /// <summary>What is wrong with the value; null when nothing is.</summary>
    public static string? Fault(KnownKey key, string value)
    {
        Type type = Nullable.GetUnderlyingType(key.Type) ?? key.Type;
        if (type == typeof(string))
            return null;

        // The framework reads a bare number as days, which nobody means.
        bool isReadable = type == typeof(TimeSpan)
            ? value.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out _)
            : CanConvert(type, value);
        return isReadable ? null : $"'{value}' is not {Expected(type)}.";
    }

    private static bool CanConvert(Type type, string value)
    {
        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value) is not null;
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or NotSupportedException or OverflowException || fault.InnerException is FormatException or OverflowException)
        {
            return false;
        }
    }

    private static string Expected(Type type)
    {
        if (type == typeof(TimeSpan))
            return "a duration: write hours:minutes:seconds, such as 00:00:05 or 00:00:00.250";
        if (type == typeof(bool))
            return "true or false";
        if (type.IsEnum)
            return $"one of {string.Join(", ", Enum.GetNames(type))}";
        if (type == typeof(Uri))
            return "a URL";
        return type == typeof(int) || type == typeof(long) ? $"a whole number of at most {(type == typeof(int) ? int.MaxValue : long.MaxValue).ToString(CultureInfo.InvariantCulture)}" : "a number";
    }
}
