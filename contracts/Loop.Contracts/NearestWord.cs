namespace Loop.Contracts;

/// <summary>Finds what a person most likely meant.</summary>
public static class NearestWord
{
    /// <summary>The known word with the fewest letters to change, add or take away, case aside; null when none is known.</summary>
    public static string? To(string written, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(written);
        return known.OrderBy(word => Distance(written.ToUpperInvariant(), word.ToUpperInvariant())).ThenBy(word => word, StringComparer.Ordinal).FirstOrDefault();
    }

    private static int Distance(string from, string to)
    {
        // Very long keys are not misspelt words, and the table is quadratic.
        const int longest = 64;
        (from, to) = (from[..Math.Min(from.Length, longest)], to[..Math.Min(to.Length, longest)]);
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            (int diagonal, row[0]) = (row[0], i);
            for (int j = 1; j <= to.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (from[i - 1] == to[j - 1] ? 0 : 1)));
        }

        return row[^1];
    }
}
