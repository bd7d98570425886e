namespace Loop.Host.Configuration;

/// <summary>One configuration key.</summary>
/// <param name="Path"><c>Loop:Capture:AdminTaps:#:Url</c>: <c>#</c> stands for the place in a list, <c>*</c> for any name.</param>
/// <param name="Type">What its value is read as.</param>
/// <param name="Default">Its value when nothing is configured; null for none.</param>
/// <param name="IsSecret">True when its value is never printed.</param>
public sealed record KnownKey(string Path, Type Type, object? Default, bool IsSecret)
{
    /// <summary>Stands for a place in a list.</summary>
    public const string AnyPlace = "#";

    /// <summary>Stands for any name.</summary>
    public const string AnyName = "*";

    private readonly string[] _parts = Path.Split(':');

    /// <summary>As the configuration file spells it: <c>capture.adminTaps[].url</c>.</summary>
    public string Shown => Show(Path);

    /// <summary>True when <paramref name="key"/> is this key.</summary>
    public bool Is(string key) => key.Split(':') is var parts && parts.Length == _parts.Length && parts.Zip(_parts).All(pair => Fits(pair.First, pair.Second));

    /// <summary>True when <paramref name="key"/> is a section or list above this key.</summary>
    public bool IsBelow(string key) => key.Split(':') is var parts && parts.Length < _parts.Length && parts.Zip(_parts).All(pair => Fits(pair.First, pair.Second));

    /// <summary>A key of the configuration in the spelling of the file.</summary>
    public static string Show(string key)
    {
        string shown = "";
        foreach (string part in key.Split(':').Skip(1))
        {
            if (part is AnyPlace || IsPlace(part))
                shown += part is AnyPlace ? "[]" : $"[{part}]";
            else
                shown += (shown.Length > 0 ? "." : "") + (part is AnyName ? "NAME" : part.Length == 0 ? part : char.ToLowerInvariant(part[0]) + part[1..]);
        }

        return shown;
    }

    /// <summary>True for the number of a place in a list.</summary>
    public static bool IsPlace(string part) => part.Length > 0 && part.All(char.IsAsciiDigit);

    private static bool Fits(string part, string pattern) => pattern switch
    {
        AnyPlace => IsPlace(part),
        AnyName => part.Length > 0,
        _ => part.Equals(pattern, StringComparison.OrdinalIgnoreCase),
    };
}
