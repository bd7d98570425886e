using System.Reflection;

namespace Loop.Host.Configuration;

/// <summary>Every configuration key that this build reads, from the options types themselves, so that the list cannot fall behind.</summary>
public sealed class KnownKeys
{
    private readonly HashSet<string> _keys = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _open = [];

    /// <summary>Adds the properties of an options type under its section.</summary>
    public KnownKeys Add(string section, Type options)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (PropertyInfo property in options.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            string key = $"{section}:{property.Name}";
            if (IsScalar(property.PropertyType))
                _keys.Add(key);
            else if (typeof(System.Collections.IEnumerable).IsAssignableFrom(property.PropertyType))
                _open.Add(key + ":");
            else
                Add(key, property.PropertyType);
        }

        return this;
    }

    /// <summary>True when some option reads <paramref name="key"/>.</summary>
    public bool Contains(string key) => _keys.Contains(key) || _open.Any(prefix => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>The known key that takes the fewest edits.</summary>
    public string Nearest(string key) => _keys.Concat(_open.Select(prefix => prefix.TrimEnd(':'))).MinBy(candidate => Distance(candidate.ToUpperInvariant(), key.ToUpperInvariant())) ?? "";

    private static bool IsScalar(Type type)
    {
        Type inner = Nullable.GetUnderlyingType(type) ?? type;
        return inner.IsPrimitive || inner.IsEnum || inner == typeof(string) || inner == typeof(TimeSpan) || inner == typeof(Uri) || inner == typeof(decimal);
    }

    // Levenshtein with one row.
    private static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[right.Length];
    }
}
